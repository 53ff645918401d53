import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('5 Redis restarted without its data in the middle of runs', async (context) => {
  const { api, redis } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'all put in anew: L = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  // Much is waiting when it is lost.
  await deployment.pace(2_000);
  await waitUntil(
    async () => Number((await api.get('/app/job-status/queue/stats')).body.waiting) > 50,
    { timeoutMs: 30_000, what: '50 jobs to be waiting' },
  );
  await redis.kill();
  await redis.wipe();
  await deployment.pace(200);
  await redis.start();
  await load.settle();
  expect(await JobStatusModel.countDocuments({ generation: { $gt: 1 } })).toBeGreaterThan(50);
  load.probe.expectServedOrUnavailable();
});
