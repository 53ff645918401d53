import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { FIELDS, LOCK, PLACES } from './bullmqLayout.ts';

const PAGE_SIZE = 500;

/** The jobs that a queue holds for being at work. */
export interface JobsAtWork {
  /** Those a living worker has: it renews their locks. */
  locked: number;
  /** Those no worker has: their locks ran out. */
  lockless: number;
  /** When the newest of the locked ones was taken; null when there is none. */
  takenAt: Date | null;
}

/**
 * Looks at the jobs at work and their locks, the canary too.
 * @param keyOf the key of a part of the queue.
 */
export async function jobsAtWork(
  redis: RedisConnection,
  keyOf: (part: string) => string,
): Promise<JobsAtWork> {
  const active = keyOf(PLACES.active);
  const seen = { locked: 0, lockless: 0 };
  let takenAt = 0;
  for (let start = 0; ; start += PAGE_SIZE) {
    const ids = await redis.lrange(active, start, start + PAGE_SIZE - 1);
    if (ids.length === 0) return { ...seen, takenAt: takenAt === 0 ? null : new Date(takenAt) };
    // One key at a time answers per job; of several keys EXISTS would only tell how many.
    const pipeline = redis.pipeline();
    for (const id of ids) {
      pipeline.exists(keyOf(id) + LOCK);
      pipeline.hget(keyOf(id), FIELDS.takenAt);
      // Asked after the lock: a job that has ended meanwhile is neither.
      pipeline.lpos(active, id);
    }
    const answers = (await pipeline.exec()) ?? [];
    for (const position of ids.keys()) {
      const [locked, processedOn, place] = answers.slice(3 * position, 3 * position + 3);
      if (locked?.[1] === 1) {
        seen.locked += 1;
        takenAt = Math.max(takenAt, Number(processedOn?.[1] ?? 0));
      } else if (locked?.[0] === null && typeof place?.[1] === 'number') {
        seen.lockless += 1;
      }
    }
  }
}

/** How many jobs a queue holds for being at work although no worker has them. */
export async function lockless(
  redis: RedisConnection,
  keyOf: (part: string) => string,
): Promise<number> {
  return (await jobsAtWork(redis, keyOf)).lockless;
}
