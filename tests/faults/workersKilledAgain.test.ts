import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const EVERY_MS = 5_000;
const KILLS = 24;

const WORKERS = 3;

const settings = { ...QUICK, WORKER_INSTANCES: String(WORKERS) };
const deployment = useDeployment({ users: 2_000, settings });

it('9 every 5 s a worker killed, for two minutes', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'L = R = 0; nobody fails for "stalled" too early',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    // PM2 starts a process that crashes often with growing delays: fewer workers must suffice.
    pace: { usersPerRun: 5, intervalMs: 500 },
  });
  const killed = new Set<number>();
  for (let kills = 0; kills < KILLS; kills += 1) {
    await wait(EVERY_MS);
    killed.add(await deployment.killOne('worker'));
  }
  const row = await load.settle();
  await deployment.whenReplaced('worker', [...killed], WORKERS);
  row.seen = `${killed.size} processes killed, each replaced`;
  expect(killed.size).toBe(KILLS);
  expect(row.begunAgain).toBeGreaterThan(0);
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  load.probe.expectServedOrUnavailable();
});
