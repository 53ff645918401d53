import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const FOR_MS = 120_000;
const EVERY_MS = 5_000;

const settings = { ...QUICK, WORKER_INSTANCES: '3' };
const deployment = useDeployment({ users: 2_000, settings });

it('9 every 5 s a worker killed, for two minutes', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'L = R = 0; nobody fails for "stalled" too early',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    // PM2 starts a process that crashes often with growing delays: fewer workers must suffice.
    pace: { usersPerRun: 5, intervalMs: 500 },
  });
  const until = Date.now() + FOR_MS;
  while (Date.now() < until) {
    await deployment.killOne('worker');
    await wait(EVERY_MS);
  }
  await load.settle();
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  load.probe.expectServedOrUnavailable();
});
