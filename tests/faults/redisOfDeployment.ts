import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { envSchema } from '../../server/config/env.ts';
import { USER_DATA } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import type { Killable } from '../e2e/killable.ts';

/** The beginning of the names of the queue’s keys, under the default prefix. */
export const QUEUE = `${envSchema.parse({}).QUEUE_PREFIX}:${USER_DATA}`;

/** A connection of the test's own, for this test. */
export function ownConnection({ port }: Pick<Killable, 'port'>): Redis {
  const redis = new Redis(`redis://127.0.0.1:${port}`);
  redis.on('error', () => undefined);
  onTestFinished(async () => redis.disconnect());
  return redis;
}

/** How many jobs were ever put into the queue. */
export async function jobsEverAdded(redis: Redis): Promise<number> {
  return Number(await redis.get(`${QUEUE}:id`));
}

/** The ids of all jobs that Redis holds, ended ones too, without the mark of their generation. */
export async function jobIdsIn(redis: Redis): Promise<string[]> {
  const lists = await Promise.all([
    ...['wait', 'active', 'paused'].map((list) => redis.lrange(`${QUEUE}:${list}`, 0, -1)),
    ...['delayed', 'completed', 'failed'].map((set) => redis.zrange(`${QUEUE}:${set}`, '0', '-1')),
  ]);
  return lists.flat().map((id) => id.replace(/-g\d+$/, ''));
}

/** The ids of the jobs that Redis has acknowledged as completed since this instant. */
export async function jobsAcknowledged(redis: Redis, since: number): Promise<string[]> {
  const ids = await redis.zrangebyscore(`${QUEUE}:completed`, since, '+inf');
  return ids.map((id) => id.replace(/-g\d+$/, ''));
}
