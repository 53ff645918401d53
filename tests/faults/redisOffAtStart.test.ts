import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { letWorkPileUp } from './backlog.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('1 API and workers start with Redis off; Redis starts later', async (context) => {
  const { api, pm2, redis } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'serving; 503 < 1 s; recovers, S ≤ 5',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 5 },
    allWorkersResume: true,
  });
  // What is to be done when Redis is there.
  await letWorkPileUp(deployment, { jobs: 50, jobMs: 2_000 });
  // Whoever asks while no process listens is refused by the system; what was idle is closed.
  await load.takeApiAway(['ECONNREFUSED', 'ECONNRESET'], async () => {
    await pm2.run('stop', 'all');
    await redis.kill();
    await deployment.pace(200);
    await pm2.run('start', 'all');
  });
  expect((await api.get('/app/job-status/runs')).status).toBe(200);
  const refused = await api.post('/app/job-status/runs');
  expect(refused).toMatchObject({
    status: 503,
    body: {
      error: expect.objectContaining({
        message: expect.stringContaining('Redis is required for job scheduling.'),
      }),
    },
  });
  expect(refused.ms).toBeLessThan(1_000);
  const workers = async () => (await pm2.online('worker')).map(({ pid }) => pid);
  const waiting = await workers();
  await wait(5_000);
  await redis.start();
  await load.settle();
  expect(await workers(), 'workers that waited, and were not started anew').toEqual(waiting);
  load.probe.expectServedOrUnavailable(load);
});
