import type { Facts, QueueFacts } from './facts.ts';
import { type Found, situation } from './situation.ts';

/** What is the matter with a queue of a Redis that answers. */
export function queueSituations(queue: QueueFacts, { now, workers }: Facts): Found[] {
  const { queue: subject, waiting, delayed, pause, oldestWaitingMs, status } = queue;
  const affected = waiting === null ? null : waiting + (delayed ?? 0);
  const about = { subject, affected };
  const since = oldestWaitingMs === null ? null : new Date(now.getTime() - oldestWaitingMs);
  const paused =
    pause === null
      ? []
      : [
          situation('queue-paused', 'warning', {
            ...about,
            since: pause.at,
            by: pause.by,
            note: pause.note === '' ? null : pause.note,
          }),
        ];
  const note = queue.reasons[0] ?? null;
  if (waiting === null) return [situation('queue-unseen', 'warning', { ...about, note })];
  if (queue.workers === 0) {
    return [...paused, situation('nobody-works', 'down', { ...about, since })];
  }
  if (pause !== null) return paused;
  if (status === 'down') return [situation('stands-still', 'down', { ...about, since })];
  const unfit = workers.some((worker) =>
    worker.failedQueues.some((failed) => failed.queue === subject),
  );
  if (status === 'degraded' && !unfit) {
    return [situation('goes-in-circles', 'warning', { ...about, since, note })];
  }
  return [];
}
