import type { Query, QueryClient } from '@tanstack/react-query';
import { ANSWERS_KEY, NOW_PATH } from '../api/queries.ts';
import type { LiveEvent, Overview } from '../api/shapes.ts';

type Told<Name extends LiveEvent['event']> = Extract<LiveEvent, { event: Name }>;
type ListName = Told<'changed'>['lists'][number];

/** What is to be read again when a list has changed, by the beginnings of its paths. The overview is told as it is. */
const OF_LISTS: Readonly<Record<ListName, readonly string[]>> = {
  runs: ['/app/job-status/', '/app/jobs', '/app/schedules'],
  schedules: ['/app/schedules'],
  queues: ['/app/queues'],
  failures: ['/app/failures', '/app/jobs', '/app/job-status/'],
};
/** What moves with the counts. */
const OF_COUNTS: readonly string[] = ['/app/queues', '/app/jobs', '/app/job-status/'];

/** The API keeps what it has read for a second: an answer soon after an event may be older than it. */
const SETTLED_MS = 1_500;

/** Counts change every second: a view is read little more often than it would be without the events. */
function isOld({ state, meta }: Query): boolean {
  return Date.now() - state.dataUpdatedAt > Number(meta?.everyMs) / 2;
}

/** One that is behind by more was read by another API, whose clock goes differently. */
const OVERTAKEN_MS = 5_000;

/** Whether what is told was read before what is shown: an answer after an action is newer than the stream. */
function isOvertaken(told: Pick<Overview, 'asOf'>, shown: Overview | undefined): boolean {
  if (shown === undefined) return false;
  const behindMs = Date.parse(shown.asOf) - Date.parse(told.asOf);
  return behindMs > 0 && behindMs < OVERTAKEN_MS;
}

/** Shows the overview that was told in the place of one that was asked for, or is being. */
function showNow(queries: QueryClient, { now: { schedules, ...rest } }: Told<'now'>): void {
  const queryKey = [...ANSWERS_KEY, NOW_PATH];
  const shown = queries.getQueryData<Overview>(queryKey);
  if (isOvertaken(rest, shown)) return;
  const known = schedules ?? shown?.schedules;
  // Told to another tab before this one was opened: the first answer is under way.
  if (known === undefined) return;
  void queries.cancelQueries({ queryKey, exact: true });
  queries.setQueryData<Overview>(queryKey, { ...rest, schedules: known });
}

/** Shows what events tell, and reads again what they are about, until `signal` aborts. */
export function createReader(queries: QueryClient, signal: AbortSignal) {
  const toSettle = new Set<string>();
  let settling: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener('abort', () => clearTimeout(settling));

  function readAgain(paths: Iterable<string>, mayRead: (query: Query) => boolean): void {
    const starts = [...paths];
    const isMeant = ({ queryKey: [, path] }: Query) =>
      starts.some((start) => String(path).startsWith(start));
    void queries.invalidateQueries(
      { queryKey: ANSWERS_KEY, predicate: (query) => isMeant(query) && mayRead(query) },
      // What is under way was asked for a moment ago.
      { cancelRefetch: false },
    );
  }

  return {
    /** Reads at once, and once more when no further event has come for a moment. */
    readWhatMoved(told: LiveEvent): void {
      if (told.event === 'now') {
        showNow(queries, told);
        return;
      }
      const isCounts = told.event === 'counts';
      const paths = isCounts ? OF_COUNTS : told.lists.flatMap((list) => OF_LISTS[list]);
      readAgain(paths, isCounts ? isOld : () => true);
      for (const path of paths) toSettle.add(path);
      clearTimeout(settling);
      settling = setTimeout(() => {
        readAgain(toSettle, () => true);
        toSettle.clear();
      }, SETTLED_MS);
    },
  };
}
