import type { Query, QueryClient } from '@tanstack/react-query';
import { ANSWERS_KEY } from '../api/queries.ts';
import type { LiveEvent } from '../api/shapes.ts';

type ListName = Extract<LiveEvent, { event: 'changed' }>['lists'][number];

/** What is to be read again when a list has changed, by the beginnings of its paths. */
const OF_LISTS: Readonly<Record<ListName, readonly string[]>> = {
  runs: ['/app/job-status/', '/app/jobs', '/app/schedules', '/app/now'],
  schedules: ['/app/schedules', '/app/now'],
  queues: ['/app/queues', '/app/now'],
  failures: ['/app/failures', '/app/jobs', '/app/job-status/'],
};
/** What moves with the counts. */
const OF_COUNTS: readonly string[] = ['/app/now', '/app/queues', '/app/jobs', '/app/job-status/'];

/** The API keeps what it has read for a second: an answer soon after an event may be older than it. */
const SETTLED_MS = 1_500;

/** Counts change every second: a view is read little more often than it would be without the events. */
function isOld({ state, meta }: Query): boolean {
  return Date.now() - state.dataUpdatedAt > Number(meta?.everyMs) / 2;
}

/** Reads again what events are about, until `signal` aborts. */
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
