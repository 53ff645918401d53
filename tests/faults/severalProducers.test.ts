import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { MissedSlotModel } from '../../server/models/system/MissedSlotModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const APIS = 3;
const LASTS_MS = 120_000;
const FROZEN_AFTER_MS = 40_000;
const FROZEN_MS = 10_000;
/** The catch-up looks each minute, and a look may take its time. */
const CAUGHT_UP_MS = 90_000;
const SLOT_MS = 1_000;

const deployment = useDeployment({
  users: 40,
  settings: { ...QUICK, USER_DATA_SCHEDULE: '* * * * * *', MISSED_SLOT_POLICY: 'latest' },
});

/** The slots from `from` to `to`, in milliseconds since 1970, that have a run, with its trigger. */
async function runsOfSlots(from: number, to: number) {
  const window = { $gte: new Date(from), $lte: new Date(to) };
  const runs = await RunModel.find({ slot: window }, { slot: 1, trigger: 1, status: 1 }).lean();
  return runs.map(({ slot, ...run }) => ({ ...run, slot: slot?.getTime() ?? 0 }));
}

async function missedSlots(from: number, to: number) {
  const window = { $gte: new Date(from), $lte: new Date(to) };
  const missed = await MissedSlotModel.find({ slot: window }).lean();
  return missed.map(({ slot, outcome, runId }) => ({ slot: slot.getTime(), outcome, runId }));
}

it('19 three API processes, a one-second schedule for two minutes, one frozen for 10 s', async (context) => {
  const { pm2 } = deployment;
  await pm2.run('scale', 'api-server', String(APIS));
  const apis = await pm2.online('api-server');
  expect(apis).toHaveLength(APIS);
  const load = await underLoad(context, deployment, {
    expected: 'exactly one run a slot; misses recorded, caught up by policy',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    pace: { usersPerRun: 5, intervalMs: 1_000 },
    jobMs: 0,
  });
  const from = (Math.floor(Date.now() / SLOT_MS) + 1) * SLOT_MS;
  await wait(FROZEN_AFTER_MS);
  const { pid = 0 } = apis[Math.floor(Math.random() * APIS)] ?? {};
  process.kill(pid, 'SIGSTOP');
  try {
    await wait(FROZEN_MS);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await wait(from + LASTS_MS - Date.now());
  const to = from + LASTS_MS - SLOT_MS;
  const row = await load.settle();

  const slots = Array.from({ length: LASTS_MS / SLOT_MS }, (_, second) => from + second * SLOT_MS);
  const accounted = async () => {
    const [runs, missed] = await Promise.all([runsOfSlots(from, to), missedSlots(from, to)]);
    return new Set([...runs, ...missed].map(({ slot }) => slot));
  };
  await waitUntil(async () => (await accounted()).size === slots.length, {
    timeoutMs: CAUGHT_UP_MS,
    what: 'every slot to have its run or to be recorded as missed',
  });
  await waitUntil(
    async () => (await runsOfSlots(from, to)).every(({ status }) => status === 'completed'),
    { timeoutMs: CAUGHT_UP_MS, what: 'the runs of all slots to end' },
  );
  const runs = await runsOfSlots(from, to);
  const missed = await missedSlots(from, to);
  const withRun = new Set(runs.map(({ slot }) => slot));
  expect(withRun.size, 'runs of one slot').toBe(runs.length);
  expect([...(await accounted())].sort()).toEqual(slots);
  for (const { slot, outcome, runId } of missed) {
    expect(withRun.has(slot), `a ${outcome} slot with a run`).toBe(outcome === 'caught-up');
    expect(runId === null).toBe(outcome === 'skipped');
  }
  const caughtUp = runs.filter(({ trigger }) => trigger === 'catch-up');
  expect(missed.filter(({ outcome }) => outcome === 'caught-up')).toHaveLength(caughtUp.length);
  row.seen =
    `${runs.length} runs for ${slots.length} slots; ${missed.length} slots missed and recorded, ` +
    `${caughtUp.length} of them caught up`;
});
