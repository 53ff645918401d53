import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const deployment = useDeployment({ users: 2_000, settings: QUICK });
const TWO_MINUTES = 120_000;
/** Longer than a worker takes to measure how far its clock is off. */
const LET_MS = 15_000;

it('24 the clock of one worker set two minutes forth and back', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'no job early; L = X = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  for (const clockAheadMs of [TWO_MINUTES, -TWO_MINUTES]) {
    await deployment.behave({ paceMs: 400, clockAheadMs });
    await wait(LET_MS);
  }
  await deployment.behave({ paceMs: 400 });
  const row = await load.settle();
  row.seen = `${load.singles.accepted.length} single jobs, a third of them delayed and a third scheduled`;
  expect(load.singles.accepted.length).toBeGreaterThan(50);
  load.probe.expectServedOrUnavailable();
});
