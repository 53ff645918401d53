import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { busyWorker } from './jobsAtWork.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const strands = [await useTrade(), await useCronWork()];
const deployment = useDeployment({ users: 2_000, settings: settingsFor(strands, QUICK) });

it('8 kill -9 of a worker', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'S ≤ 15, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 15 },
    strands,
  });
  const pid = await busyWorker(deployment, 4);
  process.kill(pid, 'SIGKILL');
  const row = await load.settle();
  await deployment.whenReplaced('worker', [pid], Number(QUICK.WORKER_INSTANCES));
  row.seen = 'another worker in its place';
  expect(row.begunAgain, 'jobs that the killed one had at work').toBeGreaterThan(0);
  load.probe.expectServedOrUnavailable();
});
