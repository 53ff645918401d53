import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });

it('3 Redis frozen for 10 s', async (context) => {
  const { redis } = deployment;
  const load = await underLoad(context, deployment, {
    expected: '503 at the command timeout; R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  redis.freeze();
  const frozenAt = Date.now();
  await wait(10_000);
  redis.wake();
  const wokenAt = Date.now();
  await load.settle();
  load.probe.expectServedOrUnavailable();
  const whileFrozen = load.probe.probed.filter(
    ({ path, at, ms }) => path.endsWith('/queue/stats') && at > frozenAt && at + ms < wokenAt,
  );
  expect(whileFrozen.length).toBeGreaterThan(10);
  expect(whileFrozen.filter(({ status }) => status !== 503)).toEqual([]);
});
