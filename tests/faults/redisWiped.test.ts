import { expect, it } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { letWorkPileUp } from './backlog.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const strands = [await useTrade(), await useCronWork()];
const deployment = useDeployment({ users: 2_000, settings: settingsFor(strands, QUICK) });

it('5 Redis restarted without its data in the middle of runs', async (context) => {
  const { redis } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'all put in anew: L = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    strands,
  });
  // Much is waiting when it is lost.
  await letWorkPileUp(deployment, { jobs: 50, jobMs: 2_000 });
  await redis.kill();
  await redis.wipe();
  await deployment.pace(200);
  await redis.start();
  await load.settle();
  expect(await JobStatusModel.countDocuments({ generation: { $gt: 1 } })).toBeGreaterThan(50);
  load.probe.expectServedOrUnavailable();
});
