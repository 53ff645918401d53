import type { RedisConnection } from '../../../config/queueRedisConn.ts';

const PAGE_SIZE = 500;

/**
 * How many jobs a queue holds for being at work although no worker has them: their locks ran out.
 * @param queueKey the queue's prefix and name, as `{hourwork}:user-data`.
 */
export async function lockless(redis: RedisConnection, queueKey: string): Promise<number> {
  let jobs = 0;
  for (let start = 0; ; start += PAGE_SIZE) {
    const ids = await redis.lrange(`${queueKey}:active`, start, start + PAGE_SIZE - 1);
    if (ids.length === 0) return jobs;
    // One key at a time answers per job; of several keys EXISTS would only tell how many.
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.exists(`${queueKey}:${id}:lock`);
    const answers = (await pipeline.exec()) ?? [];
    jobs += answers.filter(([error, locked]) => error === null && locked === 0).length;
  }
}
