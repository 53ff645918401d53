import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { AS_IN_PRODUCTION } from './faultSettings.ts';
import { busyWorker } from './jobsAtWork.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: AS_IN_PRODUCTION });
const WORKERS = 2;
/** Five of the six places of two workers are taken at any time. */
const busy = { pace: { usersPerRun: 3, intervalMs: 250 }, jobMs: 400 };

it('2 Redis killed under load, back after 20 s, with all settings as in production', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'no 500, no hang; all workers resume; S ≤ 5, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 5 },
    allWorkersResume: true,
    ...busy,
  });
  await deployment.redis.kill();
  await wait(20_000);
  await deployment.redis.start();
  await load.settle();
  load.probe.expectServedOrUnavailable();
});

it('8 kill -9 of a worker, with all settings as in production', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'S ≤ 15, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 15 },
    ...busy,
  });
  const pid = await busyWorker(deployment, 2);
  process.kill(pid, 'SIGKILL');
  const row = await load.settle();
  expect(row.begunAgain, 'jobs that the killed one had at work').toBeGreaterThan(0);
  await deployment.whenReplaced('worker', [pid], WORKERS);
  load.probe.expectServedOrUnavailable();
});
