import type { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { jobIdOf } from '../../server/Services/BackgroundJobs/queues/envelope.ts';
import { QUEUE } from './redisOfDeployment.ts';

/** The jobs that the worker process `pid` has at work, as Redis says. */
export async function jobsAtWorkOf(redis: Redis, pid: number): Promise<string[]> {
  const ids = await redis.lrange(`${QUEUE}:active`, 0, -1);
  const workers = await Promise.all(ids.map((id) => redis.hget(`${QUEUE}:${id}`, 'pb')));
  return ids.filter((_, position) => workers[position]?.includes(`:${pid}:`)).map(jobIdOf);
}

/** The jobs that were executed more than once. */
export async function executedAgain(): Promise<string[]> {
  const again = await mongoose.connection
    .collection('executions')
    .aggregate<{ _id: { runId: string; userId: string } }>([
      { $group: { _id: { runId: '$runId', userId: '$userId' }, times: { $sum: 1 } } },
      { $match: { times: { $gt: 1 } } },
    ])
    .toArray();
  return again.map(({ _id: { runId, userId } }) => `user-data-${runId}-${userId}`);
}
