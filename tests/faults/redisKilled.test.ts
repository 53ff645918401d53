import { setTimeout as wait } from 'node:timers/promises';
import { it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const strands = [await useTrade(), await useCronWork()];
const deployment = useDeployment({ users: 2_000, settings: settingsFor(strands, QUICK) });

it.for([3, 20, 60])('2 Redis killed under load, back after %i s', async (seconds, context) => {
  const load = await underLoad(context, deployment, {
    expected: 'no 500, no hang; all workers resume; S ≤ 5, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 5 },
    allWorkersResume: true,
    strands,
  });
  await deployment.redis.kill();
  await wait(seconds * 1_000);
  await deployment.redis.start();
  await load.settle();
  load.probe.expectServedOrUnavailable();
});
