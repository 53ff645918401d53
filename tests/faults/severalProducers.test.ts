import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { SlotModel } from '../../server/models/system/SlotModel.ts';
import { USER_DATA_SCHEDULE } from '../../server/Services/BackgroundJobs/cronProducer.ts';
import { USER_DATA } from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { HUNG } from '../e2e/apiClient.ts';
import { type Deployment, useDeployment } from '../e2e/deployment.ts';
import { useCronWork } from './cronWork.ts';
import { QUICK } from './faultSettings.ts';
import { settingsFor } from './strand.ts';
import { type Load, underLoad } from './underLoad.ts';

const APIS = 3;
const FROZEN_MS = 10_000;
/** A claim that was left behind is completed after ten seconds, and a look may take its time. */
const CAUGHT_UP_MS = 90_000;
const SLOT_MS = 1_000;
const MINUTE_MS = 60_000;
/** Each run has forty: these, and the ten readers of the weekly mail. */
const USERS = 30;
const strands = [await useCronWork()];
const settings = settingsFor(strands, QUICK);
const load = {
  strands,
  bounds: { lost: 0, twice: 0, doubled: 0 },
  pace: { usersPerRun: 5, intervalMs: 1_000 },
  jobMs: 0,
};

/** The slots from `from` to `to`, in milliseconds since 1970, that have a run, with its trigger. */
async function runsOfSlots(from: number, to: number) {
  const window = { $gte: new Date(from), $lte: new Date(to) };
  const runs = await RunModel.find(
    { kind: USER_DATA, slot: window },
    { slot: 1, trigger: 1, status: 1 },
  ).lean();
  return runs.map(({ slot, ...run }) => ({ ...run, slot: slot?.getTime() ?? 0 }));
}

async function missedSlots(from: number, to: number) {
  const window = { $gte: new Date(from), $lte: new Date(to) };
  const missed = await SlotModel.find({
    schedule: USER_DATA_SCHEDULE,
    slot: window,
    state: { $in: ['skipped', 'caught-up'] },
  }).lean();
  return missed.map(({ slot, state, runId }) => ({ slot: slot.getTime(), outcome: state, runId }));
}

/** SIGSTOP to these for 10 s. A request that one of them has then may find no answer in time; and when it
 * wakes, it may close what it takes for idle before it reads. */
async function freeze(
  { takeApiAway }: Load,
  pids: readonly number[],
): Promise<{ from: number; to: number }> {
  const from = Date.now();
  await takeApiAway([HUNG, 'ECONNRESET'], async () => {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await wait(FROZEN_MS);
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  });
  return { from, to: Date.now() };
}

async function threeApis({ pm2 }: Deployment): Promise<number[]> {
  await pm2.run('scale', 'api-server', String(APIS));
  const pids = (await pm2.online('api-server')).map(({ pid }) => pid);
  expect(pids).toHaveLength(APIS);
  return pids;
}

/**
 * Waits until each of these slots is accounted for and all their runs have ended, and holds them to
 * the promise: one run a slot at most, and a record of each slot that began none in its time.
 */
async function accountOf(slots: readonly number[]) {
  const [from = 0, to = 0] = [slots[0], slots.at(-1)];
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
  return { runs, missed, caughtUp };
}

describe('one of them frozen', () => {
  const LASTS_MS = 120_000;
  const FROZEN_AFTER_MS = 40_000;
  const deployment = useDeployment({
    users: USERS,
    settings: { ...settings, USER_DATA_SCHEDULE: '* * * * * *', MISSED_SLOT_POLICY: 'latest' },
  });

  it('19 three API processes, a one-second schedule for two minutes, one frozen for 10 s', async (context) => {
    const pids = await threeApis(deployment);
    const work = await underLoad(context, deployment, {
      ...load,
      expected: 'exactly one run a slot; whatever is missed is recorded',
    });
    const from = (Math.floor(Date.now() / SLOT_MS) + 1) * SLOT_MS;
    await wait(FROZEN_AFTER_MS);
    const frozen = await freeze(work, pids.slice(0, 1));
    await wait(from + LASTS_MS - Date.now());
    const row = await work.settle();
    const slots = Array.from(
      { length: LASTS_MS / SLOT_MS },
      (_, second) => from + second * SLOT_MS,
    );
    const { runs, missed, caughtUp } = await accountOf(slots);
    row.seen =
      `${runs.length} runs for ${slots.length} slots; ${missed.length} slots missed and recorded, ` +
      `${caughtUp.length} of them caught up`;
    // Two others are awake: not even what the frozen one had claimed may have gone by.
    expect(missed, `slots missed while one was frozen from ${frozen.from}`).toEqual([]);
    expect(runs).toHaveLength(slots.length);
    work.probe.expectServedOrUnavailable(work);
  });
});

describe('all of them frozen', () => {
  /** Slots are due in the first half of each minute. */
  const LAST_SECOND = 29;
  const FROZEN_AT_SECOND = 22;
  /** So late a slot still is on time. */
  const PROMPT_SECONDS = 5;
  const deployment = useDeployment({
    users: USERS,
    settings: {
      ...settings,
      USER_DATA_SCHEDULE: `0-${LAST_SECOND} * * * * *`,
      MISSED_SLOT_POLICY: 'latest',
    },
  });

  const minuteOf = (instant: number) => Math.floor(instant / MINUTE_MS) * MINUTE_MS;

  /** Waits for this second of a minute. @returns when that minute began. */
  async function secondOfMinute(second: number): Promise<number> {
    const thisMinute = minuteOf(Date.now());
    const passed = Date.now() > thisMinute + second * SLOT_MS;
    const minute = thisMinute + (passed ? MINUTE_MS : 0);
    await wait(minute + second * SLOT_MS - Date.now());
    return minute;
  }

  it('19 three API processes, a one-second schedule, all frozen for 10 s', async (context) => {
    const pids = await threeApis(deployment);
    const work = await underLoad(context, deployment, {
      ...load,
      expected:
        'exactly one run a slot; the newest begins late, the others are recorded as skipped',
    });
    const minute = await secondOfMinute(FROZEN_AT_SECOND);
    await freeze(work, pids);
    const row = await work.settle();

    const slots = Array.from({ length: LAST_SECOND + 1 }, (_, second) => minute + second * SLOT_MS);
    const { runs, missed, caughtUp } = await accountOf(slots);
    row.seen =
      `${runs.length} runs for ${slots.length} slots; ${missed.length} slots missed and recorded, ` +
      `${caughtUp.length} of them caught up`;
    // The first that fell into the silence may have been claimed; the last ones are not late enough.
    const wokeAt = FROZEN_AT_SECOND + FROZEN_MS / SLOT_MS;
    const wentBy = slots.slice(FROZEN_AT_SECOND + 2, wokeAt - PROMPT_SECONDS);
    expect(wentBy.length).toBeGreaterThan(0);
    expect(missed.map(({ slot }) => slot)).toEqual(expect.arrayContaining(wentBy));
    expect(runs.map(({ slot }) => slot)).toContain(slots.at(-1));
    work.probe.expectServedOrUnavailable(work);
  });
});
