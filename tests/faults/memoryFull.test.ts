import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { letWorkPileUp } from './backlog.ts';
import { QUICK } from './faultSettings.ts';
import { executionsOf } from './ledgers.ts';
import { ownConnection } from './redisOfDeployment.ts';
import { underLoad } from './underLoad.ts';

const FULL_MS = 10_000;

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('6 maxmemory reached', async (context) => {
  const { api } = deployment;
  const load = await underLoad(context, deployment, {
    expected: 'refused with 503, no document left wrong; goes on when memory is raised',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  const redis = ownConnection(deployment.redis);
  const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);

  await redis.config('SET', 'maxmemory', Math.ceil(used / 0.9));
  const refused = await api.post('/app/job-status/runs');
  expect(refused).toMatchObject({
    status: 503,
    body: { error: expect.objectContaining({ code: 'REDIS_NEARLY_FULL' }) },
  });
  expect(refused.ms).toBeLessThan(1_000);
  await redis.config('SET', 'maxmemory', 0);
  const before = await executionsOf(load.stream.accepted);
  await waitUntil(async () => (await executionsOf(load.stream.accepted)) > before + 50, {
    timeoutMs: 30_000,
    what: 'runs to be accepted again',
  });

  // Every write is refused, those of the workers too: jobs end, and locks cannot be renewed.
  await letWorkPileUp(deployment, { jobs: 50, jobMs: FULL_MS / 2 });
  await redis.config('SET', 'maxmemory', Math.ceil(used / 2));
  await expect(redis.set('hourwork-test:any', '')).rejects.toThrow(/^OOM /);
  const fullSince = Date.now();
  await wait(FULL_MS);
  await deployment.pace(200);
  await redis.config('SET', 'maxmemory', 0);
  const row = await load.settle();
  const refusals = load.stream.answers.filter(
    ({ status, sentAt }) => status === 503 && sentAt > fullSince,
  );
  row.seen = `${refusals.length} runs refused while Redis took no write`;
  expect(refusals.length).toBeGreaterThan(10);
  expect(row.begunAgain, 'outcomes that Redis refused').toBeGreaterThan(0);
  load.probe.expectServedOrUnavailable();
  expect(load.stream.answers.filter(({ status }) => ![202, 503].includes(status))).toEqual([]);
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
});
