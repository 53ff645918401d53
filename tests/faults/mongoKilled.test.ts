import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { USER_DATA } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { type Deployment, useDeployment } from '../e2e/deployment.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { jobIdsIn, jobsEverAdded, ownConnection } from './redisOfDeployment.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const AWAY_MS = 10_000;
const strands = [await useTrade(), await useCronWork()];
const settingsOfAll = settingsFor(strands, QUICK);

/** No attempt was charged to the outage, and Redis holds no job without its record. */
async function expectNothingCharged(deployment: Deployment): Promise<void> {
  expect(await JobStatusModel.countDocuments({ attempts: { $gt: 1 } })).toBe(0);
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  const ids = await jobIdsIn(ownConnection(deployment.redis));
  expect(ids.length).toBeGreaterThan(0);
  expect(await JobStatusModel.countDocuments({ _id: { $in: ids } })).toBe(new Set(ids).size);
}

describe('in the middle of jobs', () => {
  const deployment = useDeployment({ users: 2_000, settings: settingsOfAll });

  it('14 MongoDB killed in the middle of jobs, back after 10 s', async (context) => {
    const load = await underLoad(context, deployment, {
      expected: 'no attempt lost, status converges, R = 0',
      bounds: { lost: 0, twice: 0, doubled: 0 },
      strands,
    });
    await deployment.mongo.kill();
    await wait(AWAY_MS);
    await deployment.mongo.start();
    await load.settle();
    load.probe.expectServedOrUnavailable();
    await expectNothingCharged(deployment);
  });
});

describe('at the tick', () => {
  const TICK_S = 5;
  const settings = { ...settingsOfAll, USER_DATA_SCHEDULE: `*/${TICK_S} * * * * *` };
  const deployment = useDeployment({ users: 200, settings });
  const slots = () => RunModel.countDocuments({ kind: USER_DATA, slot: { $ne: null } });

  it('14 MongoDB away at the tick', async (context) => {
    const load = await underLoad(context, deployment, {
      expected: 'nothing enqueued without its record',
      bounds: { lost: 0, doubled: 0, twice: 0 },
      strands,
      pace: { usersPerRun: 5, intervalMs: 500 },
      // The schedule's 40 jobs a second leave room for others: these wait while a run's jobs do.
      jobMs: 50,
    });
    const redis = ownConnection(deployment.redis);
    await waitUntil(async () => (await slots()) > 0, {
      timeoutMs: 60_000,
      what: 'the first run of the schedule',
    });
    await deployment.mongo.kill();
    await deployment.whenReady('down');
    const before = await jobsEverAdded(redis);
    // At least one tick, whenever it began.
    await wait(AWAY_MS);
    expect(await jobsEverAdded(redis)).toBe(before);
    await deployment.mongo.start();
    const runs = await slots();
    await load.settle();
    load.probe.expectServedOrUnavailable();
    await waitUntil(async () => (await slots()) > runs, {
      timeoutMs: 30_000,
      what: 'a run of the schedule after the outage',
    });
    await expectNothingCharged(deployment);
  });
});
