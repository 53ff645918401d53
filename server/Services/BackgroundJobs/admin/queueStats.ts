import { byItsCost, shared } from '../../../config/shared.ts';
import { AppError } from '../../../errors/AppError.ts';
import type { Lanes } from '../enqueuing/lanes.ts';
import { type EndedJobs, endedByQueue } from '../numbers/readNumbers.ts';
import type { PendingCounts } from '../queues/jobQueue.ts';
import type { Administration, KnownQueueStats, QueueStats } from './administration.ts';
import { laneNamed } from './laneNamed.ts';

/**
 * The six numbers, of all queues or one: what is pending comes from Redis, what has ended from the
 * numbers by minute, so that it stays quick however long the history. All who ask share one reading.
 */
export function createQueueStats(
  lanes: Lanes,
): Pick<Administration, 'queueStats' | 'knownQueueStats'> {
  const readPending = shared(() => pendingByQueue(lanes), { maxAgeMs: () => 0 });
  const readEnded = shared(endedByQueue, { maxAgeMs: (last) => Math.max(100, byItsCost(last)) });
  return {
    async queueStats(name) {
      if (name !== undefined) laneNamed(lanes, name);
      const [pending, ended] = await Promise.all([readPending(), readEnded()]);
      return stats(valuesOf(pending, name), valuesOf(ended, name));
    },
    async knownQueueStats(name) {
      laneNamed(lanes, name);
      const [pending, ended] = await Promise.all([
        readPending().catch(nullWithoutRedis),
        readEnded(),
      ]);
      return known(pending && valuesOf(pending, name), valuesOf(ended, name));
    },
  };
}

function nullWithoutRedis(error: unknown): null {
  if (error instanceof AppError && error.code === 'REDIS_UNAVAILABLE') return null;
  throw error;
}

function known(
  pending: readonly PendingCounts[] | null,
  ended: readonly EndedJobs[],
): KnownQueueStats {
  if (pending !== null) return { redisAvailable: true, ...stats(pending, ended) };
  const unknown = { waiting: null, active: null, delayed: null, total: null };
  return { ...stats([], ended), ...unknown, redisAvailable: false };
}

function valuesOf<Value>(byQueue: ReadonlyMap<string, Value>, name: string | undefined): Value[] {
  return [...byQueue].filter(([queue]) => name === undefined || queue === name).map(([, v]) => v);
}

async function pendingByQueue(lanes: Lanes): Promise<ReadonlyMap<string, PendingCounts>> {
  return new Map(
    await Promise.all(
      [...lanes].map(async ({ queue }) => [queue.name, await queue.pendingCounts()] as const),
    ),
  );
}

function stats(pending: readonly PendingCounts[], ended: readonly EndedJobs[]): QueueStats {
  const sum = { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0 };
  for (const { waiting, active, delayed } of pending) {
    sum.waiting += waiting;
    sum.active += active;
    sum.delayed += delayed;
  }
  for (const { completed, failed } of ended) {
    sum.completed += completed;
    sum.failed += failed;
  }
  return { ...sum, total: Object.values(sum).reduce((total, jobs) => total + jobs, 0) };
}
