import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { useDeployment } from './deployment.ts';

const BACK_WITHIN_MS = 5_000;

const deployment = useDeployment({ users: 100 });

it('API and workers that start while Redis is off serve, and work as soon as it is there', async () => {
  const { api, pm2, redis } = deployment;
  await pm2.run('stop', 'all');
  await redis.kill();
  await pm2.run('start', 'all');

  expect((await api.get('/app/job-status/runs')).status).toBe(200);
  const refused = await api.post('/app/job-status/runs');
  expect(refused.status).toBe(503);
  expect(refused.ms).toBeLessThan(1_000);

  await redis.start();
  await waitUntil(async () => (await api.get('/app/job-status/queue/stats')).status === 200, {
    timeoutMs: BACK_WITHIN_MS,
    what: 'the queue to be served',
  });
  // Nothing of what was refused is done late.
  expect((await api.get('/app/job-status/runs')).body.items).toEqual([]);
  await deployment.expectAllDone(await deployment.beginRun());
});
