import { randomUUID } from 'node:crypto';
import { createWatch } from './createWatch.ts';
import {
  changedLists,
  createListRevisions,
  LISTS,
  type ListName,
  type Revisions,
} from './listRevisions.ts';
import { createLiveCounts, type LiveCounts } from './liveCounts.ts';

/** What those who watch are told. Handing the last `id` back, they hear what changed meanwhile. */
export type LiveEvent =
  | ({ event: 'counts'; id: string } & LiveCounts)
  | { event: 'changed'; id: string; lists: ListName[] };

const LOOK_MS = 1_000;

/**
 * How all stands, each second in which anything moved, and which lists have changed: one reader for all
 * who watch, and none while nobody does.
 * @param lastEventId of an earlier stream: the lists that changed since are told first; all of them, if it
 * was another process' or is none.
 */
export function createLive(
  options: Parameters<typeof createLiveCounts>[0],
): (signal: AbortSignal, lastEventId?: string) => AsyncGenerator<LiveEvent, void> {
  const process = randomUUID().slice(0, 8);
  const readCounts = createLiveCounts(options);
  const readRevisions = createListRevisions();
  const watch = createWatch({
    async read() {
      const counts = await readCounts();
      const revisions = await readRevisions(counts);
      const id = idOf(revisions);
      return { id, revisions, told: { event: 'counts' as const, id, ...counts } };
    },
    intervalMs: LOOK_MS,
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
    for await (const { id, revisions, told } of watch.follow(signal)) {
      const lists =
        seen === undefined ? [] : seen === null ? [...LISTS] : changedLists(seen, revisions);
      seen = revisions;
      if (lists.length > 0) yield { event: 'changed', id, lists };
      // The same one for all who watch: it is written once.
      yield told;
    }
  };
}
