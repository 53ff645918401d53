import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { connectRedis } from '../../server/config/queueRedisConn.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import {
  createEnqueuer,
  horizonOf,
} from '../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { laneSettings, openLanes } from '../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { userDataJob } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { openQueues } from '../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { SILENT } from '../integration/core/installation.ts';
import { type AcceptedSingle, singlesAmiss, whenSinglesEnded } from './acceptedSingles.ts';
import { QUICK } from './faultSettings.ts';
import { jobsEverAdded, ownConnection } from './redisOfDeployment.ts';

// Long enough for ten thousand jobs to be put into Redis with a delay before the first is due.
const settings = { ...QUICK, RECONCILE_INTERVAL_MS: '50000' };
const deployment = useDeployment({ users: 2_000, settings });
const JOBS = 10_000;
/** What two workers do at leisure, also on a machine that has other things to do. */
const PER_SECOND = 80;
const LATE_S = 5;

it('22 Redis wiped with 10,000 scheduled and 10,000 delayed jobs', async ({ task }) => {
  const { redis } = deployment;
  await deployment.behave({ paceMs: 0, bare: true });
  const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
  const env = parseSettings({ ...settings, REDIS_URL });
  const connection = connectRedis(env, 'producer', SILENT);
  await waitUntil(async () => connection.status === 'ready', { timeoutMs: 10_000, what: 'Redis' });
  const queues = openQueues([userDataJob], env, connection);
  const horizonMs = horizonOf(env);
  const lanes = openLanes(queues, laneSettings(env, [userDataJob]));
  const enqueuer = createEnqueuer({ lanes, batchSize: 50, horizonMs, log: SILENT });
  const users = (await UserModel.find({}, { _id: 1 }).lean()).map(({ _id }) => _id.toHexString());

  /** One job after another from this instant on. */
  const timed = async (name: string, firstAt: number): Promise<AcceptedSingle[]> => {
    const requests = Array.from({ length: JOBS }, (_, position) => ({
      payload: {
        userId: users[position % users.length] ?? '',
        ...{ asOf: '2026-11-22', backfill: false },
      },
      key: `${name}-${position}`,
      runAt: new Date(firstAt + (position * 1_000) / PER_SECOND),
    }));
    const answers = await enqueuer.enqueueMany(userDataJob, requests);
    return requests.map(({ key, runAt }, position) => ({
      ...{ key, runAt: runAt.getTime() },
      jobId: answers[position]?.jobId ?? '',
    }));
  };

  const later = await timed('scheduled', Date.now() + horizonMs + 90_000);
  // The last of them is due within the horizon.
  const firstAt = Date.now() + horizonMs - 1_000 * (JOBS / PER_SECOND);
  const soon = await timed('delayed', firstAt + 10_000);
  await connection.quit();
  const open = await JobStatusModel.aggregate<{ _id: string; jobs: number }>([
    { $group: { _id: '$status', jobs: { $sum: 1 } } },
  ]);
  const counts = Object.fromEntries(open.map(({ _id, jobs }) => [_id, jobs]));

  await redis.kill();
  await redis.wipe();
  await redis.start();
  const wipedAt = Date.now();
  expect(wipedAt, 'wiped before the first is due').toBeLessThan(firstAt);

  const counter = ownConnection(redis);
  const lost = counts.queued ?? 0;
  const putInAfter = await waitUntil(async () => (await jobsEverAdded(counter)) >= lost, {
    ...{ timeoutMs: 120_000, intervalMs: 250, what: 'what was lost to be in Redis again' },
  }).then(
    () => `${((Date.now() - wipedAt) / 1_000).toFixed(1)} s`,
    () => 'more than 120 s',
  );
  await whenSinglesEnded([...soon, ...later], 30_000);
  const amiss = await singlesAmiss([...soon, ...later]);
  task.meta.fault = {
    lost: amiss.undone.length,
    twice: null,
    doubled: amiss.doubled + amiss.early.length,
    settledS: amiss.latestS,
    firstS: null,
    acceptedS: null,
    begunAgain: null,
    expected: `none early, none lost, none late by more than ${LATE_S} s (S: the latest)`,
    seen: `${JSON.stringify(counts)}; all that was lost was put in again after ${putInAfter}`,
  };
  expect(amiss).toEqual({ undone: [], early: [], doubled: 0, latestS: expect.any(Number) });
  expect(amiss.latestS).toBeLessThan(LATE_S);
});
