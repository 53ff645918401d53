import type { Env } from '../../../config/env.ts';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { type JobQueue, openQueue, type PendingCounts } from '../queue.ts';
import { absentQueue } from './absentQueue.ts';
import type { JobDefinition } from './jobDefinition.ts';
import { isRedisUnavailable } from './redisErrors.ts';

/** What Redis says of one queue at this moment. */
export interface QueueNumbers extends PendingCounts {
  queue: string;
  paused: boolean;
  oldestWaitingSince: Date | null;
}

/** All named queues of one process, on one connection. */
export interface QueueManager {
  readonly queues: readonly JobQueue[];
  /** @throws Error for a name that is not in the catalogue. */
  queue(name: string): JobQueue;
  /** In the catalogue's order; null while Redis is away. */
  getAllQueueStats(): Promise<QueueNumbers[] | null>;
  closeAll(): Promise<void>;
}

/** Opens a queue for each kind of job; without Redis, queues that say so when they are used. */
export function openQueues(
  definitions: readonly Pick<JobDefinition<unknown, unknown>, 'name' | 'options'>[],
  env: Env,
  redis: RedisConnection | null,
): QueueManager {
  const settings = { prefix: env.QUEUE_PREFIX, keepFinishedMs: env.REDIS_KEEP_FINISHED_MS };
  const queues = definitions.map(({ name, options }) =>
    redis === null ? absentQueue(name) : openQueue(name, options(env), redis, settings),
  );
  return {
    queues,
    queue(name) {
      const found = queues.find((queue) => queue.name === name);
      if (found === undefined) throw new Error(`There is no queue "${name}" in the catalogue.`);
      return found;
    },
    async getAllQueueStats() {
      try {
        return await Promise.all(queues.map(numbersOf));
      } catch (error) {
        if (isRedisUnavailable(error)) return null;
        throw error;
      }
    },
    async closeAll() {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

async function numbersOf(queue: JobQueue): Promise<QueueNumbers> {
  const [counts, paused, oldestWaitingSince] = await Promise.all([
    queue.pendingCounts(),
    queue.isPaused(),
    queue.oldestWaitingSince(),
  ]);
  return { queue: queue.name, ...counts, paused, oldestWaitingSince };
}
