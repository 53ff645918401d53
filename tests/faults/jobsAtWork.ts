import type { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { jobIdOf } from '../../server/Services/BackgroundJobs/queues/envelope.ts';
import type { Deployment } from '../e2e/deployment.ts';
import { ownConnection, QUEUE } from './redisOfDeployment.ts';

/** The jobs that the worker process `pid` has at work, as Redis says. */
export async function jobsAtWorkOf(redis: Redis, pid: number): Promise<string[]> {
  const ids = await redis.lrange(`${QUEUE}:active`, 0, -1);
  const workers = await Promise.all(ids.map((id) => redis.hget(`${QUEUE}:${id}`, 'pb')));
  return ids.filter((_, position) => workers[position]?.includes(`:${pid}:`)).map(jobIdOf);
}

/**
 * Waits until a worker, taken at random, has at least so many jobs at work, for which each is given a
 * moment. @returns its pid.
 */
export async function busyWorker(deployment: Deployment, jobs: number): Promise<number> {
  const redis = ownConnection(deployment.redis);
  return await waitUntil(
    async () => {
      const online = await deployment.pm2.online('worker');
      const pid = online[Math.floor(Math.random() * online.length)]?.pid;
      return pid !== undefined && (await jobsAtWorkOf(redis, pid)).length >= jobs && pid;
    },
    { timeoutMs: 30_000, intervalMs: 20, what: `a worker to have ${jobs} jobs at work` },
  );
}

/** The jobs that were begun more than once; of these runs alone, if any are named. */
export async function executedAgain(runIds?: readonly string[]): Promise<string[]> {
  const again = await mongoose.connection
    .collection('executions')
    .aggregate<{ _id: string }>([
      ...(runIds === undefined ? [] : [{ $match: { runId: { $in: runIds } } }]),
      { $group: { _id: '$jobId', times: { $sum: 1 } } },
      { $match: { times: { $gt: 1 } } },
    ])
    .toArray();
  return again.map(({ _id }) => _id);
}

/** Those of these jobs, begun more than once, whose record does not say so. */
export async function unexplained(jobIds: readonly string[]): Promise<string[]> {
  const explained = await JobStatusModel.find(
    {
      _id: { $in: [...jobIds] },
      $or: [{ starts: { $gt: 1 } }, { generation: { $gt: 1 } }],
    },
    { _id: 1 },
  ).lean();
  const said = new Set(explained.map(({ _id }) => _id));
  return jobIds.filter((id) => !said.has(id));
}
