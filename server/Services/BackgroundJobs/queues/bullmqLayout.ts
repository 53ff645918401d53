/**
 * What this product relies on of how BullMQ 6 lays a queue out in Redis, beyond its public interface: names of
 * keys, fields of a job's hash, and one text of its own. Nothing else may name them. When BullMQ's version
 * changes, tests/integration/core/bullmqLayout.test.ts brings jobs into every place through the public
 * interface and looks for them here; besides, re-read `moveToActive`, `moveStalledJobsToWait`,
 * `moveToFinished`, `removeJob` and `retryJob` among its scripts for new places and fields.
 */

/** Where the ids of a queue's jobs stand: pending ones in lists and sorted sets, ended ones in sorted sets. */
export const PLACES = {
  /** Also while the queue is paused. */
  waiting: 'wait',
  active: 'active',
  delayed: 'delayed',
  prioritized: 'prioritized',
  waitingForChildren: 'waiting-children',
  completed: 'completed',
  failed: 'failed',
  /** Jobs at work that had no lock at the last check. */
  stalled: 'stalled',
} as const;

/** Fields of a job's hash. */
export const FIELDS = {
  addedAt: 'timestamp',
  /** When the last start began. */
  takenAt: 'processedOn',
  /** Present once the job has ended for good. */
  endedAt: 'finishedOn',
  /** How often a worker took it. */
  starts: 'ats',
  /** Starts that were found without a lock. */
  stalls: 'stc',
  /** The name of the worker that took it last. */
  worker: 'pb',
  /** Ours, beside BullMQ's: how far crashes may raise `stalls`; see consuming/crashes.ts. */
  crashable: 'crashable',
} as const;

/** The end of the key of a job's lock, after the job's own. */
export const LOCK = ':lock';

/** How BullMQ says that a job was found without a lock more often than `maxStalledCount`. */
export const STALLED_TOO_OFTEN = /^job stalled more than allowable limit/;

/** The key of a part of a queue: a place, or a job by its id. */
export function keysOf(prefix: string, queue: string): (part: string) => string {
  return (part) => `${prefix}:${queue}:${part}`;
}
