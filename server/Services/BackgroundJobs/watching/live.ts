import { randomUUID } from 'node:crypto';
import type { Overview } from '../overview/overview.ts';
import { createWatch } from './createWatch.ts';
import {
  changedLists,
  createListRevisions,
  LISTS,
  type ListName,
  type Revisions,
} from './listRevisions.ts';
import { createLiveCounts, type LiveCounts, type LiveCountsOptions } from './liveCounts.ts';
import { createSteady } from './steady.ts';

type Counts = { event: 'counts'; id: string } & LiveCounts;
/** The overview; without its schedules where they are as they were told before. */
type Now = {
  event: 'now';
  id: string;
  now: Omit<Overview, 'schedules'> & { schedules?: Overview['schedules'] };
};

/** What those who watch are told. Handing the last `id` back, they hear what changed meanwhile. */
export type LiveEvent = Counts | Now | { event: 'changed'; id: string; lists: ListName[] };

const LOOK_MS = 1_000;
/** An overview in which nothing has changed is told so often: who watches sees how fresh it is. */
const RENEWED_MS = 10_000;
/** What grows older by itself is no news. */
const AGEING: ReadonlySet<string> = new Set(['asOf', 'oldestWaitingMs']);

/** What one look at the stores has found. */
interface Look {
  revisions: Revisions;
  counts: Counts;
  now: { all: Now; brief: Now };
  schedules: Overview['schedules'];
}

interface LiveOptions extends LiveCountsOptions {
  overview(): Promise<Overview>;
}

/**
 * How all stands, each second in which anything moved, what is the matter, and which lists have changed: one
 * reader for all who watch, and none while nobody does.
 * @param lastEventId of an earlier stream: the lists that changed since are told first; all of them, if it
 * was another process' or is none.
 */
export function createLive({
  overview,
  ...options
}: LiveOptions): (signal: AbortSignal, lastEventId?: string) => AsyncGenerator<LiveEvent, void> {
  const process = randomUUID().slice(0, 8);
  const readCounts = createLiveCounts(options);
  const readRevisions = createListRevisions();
  const keepCounts = createSteady<Counts>();
  const keepOverview = createSteady<{ all: Now; brief: Now }>(({ all: { id, now } }) =>
    contentOf(id, now),
  );
  const keepSchedules = createSteady<Overview['schedules']>();

  async function countAndCompare() {
    const counts = await readCounts();
    return { counts, revisions: await readRevisions(counts) };
  }

  const watch = createWatch<Look>({
    async read() {
      const [{ counts, revisions }, now] = await Promise.all([countAndCompare(), overview()]);
      const id = idOf(revisions);
      const { schedules, ...brief } = now;
      // Each is the same object for all who watch, and for as long as it has not changed: it is written once.
      return {
        revisions,
        counts: keepCounts({ event: 'counts', id, ...counts }),
        now: keepOverview({
          all: { event: 'now', id, now },
          brief: { event: 'now', id, now: brief },
        }),
        schedules: keepSchedules(schedules),
      };
    },
    intervalMs: LOOK_MS,
    isSame: (before, look) => before.counts === look.counts && before.now === look.now,
  });

  function idOf(revisions: Revisions): string {
    return [process, ...LISTS.map((list) => revisions[list])].join('-');
  }

  function revisionsOf(id: string): Revisions | null {
    const [of, ...numbers] = id.split('-');
    if (of !== process || numbers.length !== LISTS.length) return null;
    const [runs = -1, schedules = -1, queues = -1, failures = -1] = numbers.map(Number);
    return { runs, schedules, queues, failures };
  }

  return async function* live(signal, lastEventId) {
    let seen = lastEventId === undefined ? undefined : revisionsOf(lastEventId);
    let told: Look | undefined;
    for await (const look of watch.follow(signal)) {
      const { revisions, counts, now, schedules } = look;
      const lists =
        seen === undefined ? [] : seen === null ? [...LISTS] : changedLists(seen, revisions);
      seen = revisions;
      if (lists.length > 0) yield { event: 'changed', id: counts.id, lists };
      if (counts !== told?.counts) yield counts;
      if (now !== told?.now) yield schedules === told?.schedules ? now.brief : now.all;
      told = look;
    }
  };
}

/** By which two overviews are told apart. */
function contentOf(id: string, now: Now['now']): string {
  const renewed = Math.floor(now.asOf.getTime() / RENEWED_MS);
  return JSON.stringify([id, renewed, now], (key, value) => (AGEING.has(key) ? undefined : value));
}
