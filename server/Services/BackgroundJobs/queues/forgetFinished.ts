import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { keysOf, PLACES } from './bullmqLayout.ts';

const PAGE_SIZE = 500;

/**
 * Makes Redis forget the jobs that have finished there: after MongoDB was put back to an earlier
 * moment their word counts no more, for their effects may be gone. Removes the reconciler's mark
 * too, so that it looks all jobs through.
 * @param queues the names of the queues under this prefix.
 * @returns how many jobs.
 */
export async function forgetFinished(
  redis: RedisConnection,
  prefix: string,
  queues: readonly string[],
): Promise<number> {
  let forgotten = 0;
  for (const queue of queues) forgotten += await forgetIn(redis, keysOf(prefix, queue));
  await redis.unlink(`${prefix}:epoch`);
  return forgotten;
}

async function forgetIn(redis: RedisConnection, keyOf: (part: string) => string): Promise<number> {
  let forgotten = 0;
  for (const state of [PLACES.completed, PLACES.failed]) {
    for (;;) {
      const ids = await redis.zrange(keyOf(state), '0', String(PAGE_SIZE - 1));
      if (ids.length === 0) break;
      await redis.unlink(ids.flatMap((id) => [keyOf(id), keyOf(`${id}:logs`)]));
      await redis.zrem(keyOf(state), ids);
      forgotten += ids.length;
    }
  }
  return forgotten;
}
