import { afterEach, describe, expect, it, vi } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import {
  USER_DATA_SCHEDULE,
  userDataSchedule,
} from '../../../server/Services/BackgroundJobs/cronProducer.ts';
import { listSchedules } from '../../../server/Services/BackgroundJobs/overview/schedules.ts';
import { lookAt } from '../../../server/Services/BackgroundJobs/scheduling/lookAt.ts';
import {
  accountUntil,
  ensureSchedule,
  holdSchedule,
  releaseSchedule,
} from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import {
  type RunningSchedules,
  startScheduler,
  startStoppedSchedules,
} from '../../../server/Services/BackgroundJobs/scheduling/scheduler.ts';
import { recordSlot } from '../../../server/Services/BackgroundJobs/scheduling/slotRecords.ts';
import { createStoreClock } from '../../../server/Services/BackgroundJobs/scheduling/storeClock.ts';
import { SILENT, useInstallation } from './installation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hourly = { expression: '0 * * * *', timezone: 'UTC' };
const eachSecond = { expression: '* * * * * *', timezone: 'UTC' };
const by = 'this test';
const keptMs = 90 * 24 * HOUR;

describe('the hourly schedule', () => {
  const installation = useInstallation();
  const schedule = USER_DATA_SCHEDULE;
  const clock = createStoreClock({ log: SILENT });
  const running: RunningSchedules[] = [];

  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    await Promise.all([
      RunModel.deleteMany({}),
      SlotModel.deleteMany({}),
      ScheduleModel.deleteMany({}),
    ]);
  });

  /** Three hours of silence before `now`, at half past an hour. */
  async function silence(): Promise<{ now: Date; slots: Date[] }> {
    const hour = Math.floor(Date.now() / HOUR) * HOUR;
    await ensureSchedule(schedule);
    await ScheduleModel.updateOne(
      { _id: schedule },
      { $set: { accountedUntil: new Date(hour - 3 * HOUR) } },
    );
    const slots = [2, 1, 0].map((ago) => new Date(hour - ago * HOUR));
    return { now: new Date(hour + 30 * MINUTE), slots };
  }

  /** @param ready what the producer says when it is asked whether a run may begin. */
  async function look(
    policy: 'skip' | 'latest',
    now: Date,
    ready: () => Promise<void> = () => Promise.resolve(),
  ) {
    const producer = { drive: () => undefined, requireRoom: ready };
    const definition = userDataSchedule({
      ...{ producer, timetable: hourly, policy, batchSize: 50, log: SILENT },
    });
    const { skipped, 'caught-up': caughtUp } = await lookAt(definition, {
      ...{ now, by, keptMs, log: SILENT },
    });
    return { skipped, caughtUp };
  }

  const recordsOfSlots = () => SlotModel.find({}).sort({ slot: 1 }).lean();

  it('under the policy "latest" begins the newest missed slot and records the others', async () => {
    const { now, slots } = await silence();
    expect(await look('latest', now)).toEqual({ skipped: 2, caughtUp: 1 });
    const runs = await RunModel.find({}).lean();
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ slot: slots[2], trigger: 'catch-up' });
    const missed = await recordsOfSlots();
    expect(missed.map(({ slot, state }) => [slot, state])).toEqual([
      [slots[0], 'skipped'],
      [slots[1], 'skipped'],
      [slots[2], 'caught-up'],
    ]);
    expect(missed[2]?.runId).toBe(runs[0]?._id);
    expect(await look('latest', now)).toEqual({ skipped: 0, caughtUp: 0 });
  });

  it('under the policy "skip" begins none', async () => {
    const { now } = await silence();
    expect(await look('skip', now)).toEqual({ skipped: 3, caughtUp: 0 });
    expect(await RunModel.countDocuments()).toBe(0);
  });

  it('does not miss a slot that has begun, nor one that has just come', async () => {
    const { slots } = await silence();
    for (const slot of slots.slice(0, 2)) {
      await recordSlot({ schedule, slot, state: 'began' }, { now: slot, by, keptMs });
    }
    const justAfter = new Date((slots[2]?.getTime() ?? 0) + 2_000);
    expect(await look('latest', justAfter)).toEqual({ skipped: 0, caughtUp: 0 });
    expect(await RunModel.find({}).lean()).toMatchObject([{ slot: slots[2], trigger: 'schedule' }]);
  });

  it('looks again for a slot whose run could not be begun', async () => {
    const { now } = await silence();
    const away = () => Promise.reject(new Error('away'));
    await expect(look('latest', now, away)).rejects.toThrow('away');
    expect(await RunModel.countDocuments()).toBe(0);
    expect(await look('latest', now)).toMatchObject({ caughtUp: 1 });
  });

  it.each([
    { trigger: 'schedule', state: 'began', by: 'its tick, as not missed at all' },
    { trigger: 'catch-up', state: 'caught-up', by: 'another look, as caught up' },
  ] as const)('leaves a slot that was begun meanwhile by $by', async ({ trigger, state }) => {
    const { now, slots } = await silence();
    const [, , slot = now] = slots;
    const elsewhere = async () => {
      await recordSlot({ schedule, slot, state, trigger }, { now, by: 'another', keptMs });
    };
    expect(await look('latest', now, elsewhere)).toEqual({ skipped: 2, caughtUp: 0 });
    expect((await recordsOfSlots()).map((record) => record.state)).toEqual([
      'skipped',
      'skipped',
      state,
    ]);
    expect(await RunModel.countDocuments()).toBe(0);
  });

  it('owes nothing from before the installation', async () => {
    expect(await look('latest', new Date())).toEqual({ skipped: 0, caughtUp: 0 });
    expect((await ensureSchedule(schedule)).installedAt.getTime()).toBeGreaterThan(
      Date.now() - MINUTE,
    );
  });

  it('begins and accounts for nothing while it is held, and owes nothing of a first hold', async () => {
    await holdSchedule(schedule, new Date(Date.now() + 5 * HOUR));
    const inThreeHours = new Date(Date.now() + 3 * HOUR);
    expect(await look('latest', inThreeHours)).toEqual({ skipped: 0, caughtUp: 0 });
    await releaseSchedule(schedule);
    expect(await look('latest', new Date())).toEqual({ skipped: 0, caughtUp: 0 });
    expect(await look('latest', inThreeHours)).toMatchObject({ caughtUp: 1 });
  });

  it('says of slots that fell into a hold who held them and why, and catches up after it', async () => {
    const { now, slots } = await silence();
    const hold = { by: 'ann', why: 'the warehouse is counted' };
    await holdSchedule(schedule, new Date(now.getTime() + HOUR), hold);
    expect(await look('latest', now)).toEqual({ skipped: 0, caughtUp: 0 });
    const held = await recordsOfSlots();
    expect(held.map(({ slot, state, note }) => ({ slot, state, note }))).toEqual(
      slots.map((slot) => ({ slot, state: 'held', note: 'ann: the warehouse is counted' })),
    );
    await releaseSchedule(schedule);
    expect(await look('latest', now)).toEqual({ skipped: 0, caughtUp: 1 });
    expect((await recordsOfSlots()).map(({ state }) => state)).toEqual([
      'held',
      'held',
      'caught-up',
    ]);
    expect(await RunModel.find({}).lean()).toMatchObject([{ slot: slots[2] }]);
  });

  it('never goes back in what it has accounted for', async () => {
    await ensureSchedule(schedule);
    const later = new Date(Date.now() + HOUR);
    await accountUntil(schedule, later);
    await accountUntil(schedule, new Date());
    expect((await ensureSchedule(schedule)).accountedUntil).toEqual(later);
  });

  it('does not owe the slots of the time when it was switched off, and is not shown as running', async () => {
    const { now } = await silence();
    await ScheduleModel.updateOne({ _id: schedule }, { $set: hourly });
    expect(await listSchedules()).toHaveLength(1);
    running.push(startStoppedSchedules([schedule], { clock, log: SILENT }));
    await vi.waitFor(async () => {
      const { accountedUntil } = await ensureSchedule(schedule);
      expect(accountedUntil.getTime()).toBeGreaterThan(Date.now() - MINUTE);
    });
    expect(await listSchedules()).toEqual([]);
    expect(await look('latest', new Date(Math.min(now.getTime(), Date.now())))).toEqual({
      skipped: 0,
      caughtUp: 0,
    });
  });

  it('of several producers gives each slot one run, and each user one job in it', async () => {
    const [user = ''] = await installation.makeUsers(1);
    const definition = userDataSchedule({
      producer: installation.producer,
      timetable: eachSecond,
      policy: 'latest',
      batchSize: 50,
      log: SILENT,
    });
    for (let process = 0; process < 3; process += 1) {
      running.push(
        startScheduler({
          schedules: [definition],
          clock: createStoreClock({ log: SILENT }),
          by: `process ${process}`,
          retentionDays: 7,
          log: SILENT,
        }),
      );
    }
    await vi.waitFor(
      async () => expect(await RunModel.countDocuments({})).toBeGreaterThanOrEqual(3),
      20_000,
    );
    for (const each of running.splice(0)) await each.stop();
    const runs = await RunModel.find({}).sort({ slot: 1 }).lean();
    const slots = runs.map(({ slot }) => slot?.getTime() ?? 0);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.every((slot) => slot % 1_000 === 0)).toBe(true);
    for (const { _id } of runs) {
      const run = await installation.runIn(_id === runs[0]?._id ? 'running' : 'completed', _id);
      expect(run).toMatchObject({ enumerated: 1, trigger: 'schedule' });
    }
    expect((await installation.queue.pendingCounts()).waiting).toBe(1);
    expect(user).not.toBe('');
  });
});
