import { afterEach, describe, expect, it, vi } from 'vitest';
import { MissedSlotModel } from '../../../server/models/system/MissedSlotModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import {
  startCronProducer,
  USER_DATA_SCHEDULE,
} from '../../../server/Services/BackgroundJobs/cronProducer.ts';
import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { catchUp } from '../../../server/Services/BackgroundJobs/scheduling/catchUp.ts';
import {
  accountUntil,
  ensureSchedule,
  holdSchedule,
  releaseSchedule,
} from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import {
  type SlotClock,
  startStoppedClock,
} from '../../../server/Services/BackgroundJobs/scheduling/slotClock.ts';
import { SILENT, useInstallation } from './installation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hourly = { expression: '0 * * * *', timezone: 'UTC' };
const eachSecond = { expression: '* * * * * *', timezone: 'UTC' };

describe('a schedule', () => {
  const installation = useInstallation();
  const schedule = USER_DATA_SCHEDULE;
  const clocks: SlotClock[] = [];

  afterEach(async () => {
    for (const clock of clocks.splice(0)) await clock.stop();
    await Promise.all([
      RunModel.deleteMany({}),
      MissedSlotModel.deleteMany({}),
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

  function look(policy: 'skip' | 'latest', now: Date) {
    return catchUp(
      {
        schedule,
        timetable: hourly,
        policy,
        beginRun: async (slot) => {
          const opening = { schedule, slot, mode: 'queue', batchSize: 50 } as const;
          const run = await openSlotRun({
            kind: USER_DATA,
            input: userDataInputOf({}),
            ...opening,
            trigger: 'catch-up',
          });
          return run === null ? null : { runId: run._id };
        },
      },
      now,
    );
  }

  it('under the policy "latest" begins the newest missed slot and records the others', async () => {
    const { now, slots } = await silence();
    expect(await look('latest', now)).toEqual({ skipped: 2, caughtUp: 1 });
    const runs = await RunModel.find({}).lean();
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({ slot: slots[2], trigger: 'catch-up' });
    const missed = await MissedSlotModel.find({}).sort({ slot: 1 }).lean();
    expect(missed.map(({ slot, outcome }) => [slot, outcome])).toEqual([
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

  it('does not miss a slot that has its run, nor one whose tick may still come', async () => {
    const { slots } = await silence();
    for (const slot of slots.slice(0, 2)) {
      await openSlotRun({
        kind: USER_DATA,
        input: userDataInputOf({}),
        schedule,
        slot,
        trigger: 'schedule',
        mode: 'queue',
        batchSize: 50,
      });
    }
    const justAfter = new Date((slots[2]?.getTime() ?? 0) + 2_000);
    expect(await look('latest', justAfter)).toEqual({ skipped: 0, caughtUp: 0 });
    expect(await RunModel.countDocuments()).toBe(2);
  });

  it('looks again for a slot whose run could not be begun', async () => {
    const { now } = await silence();
    const away = { schedule, timetable: hourly, policy: 'latest' } as const;
    const refused = catchUp({ ...away, beginRun: () => Promise.reject(new Error('away')) }, now);
    await expect(refused).rejects.toThrow('away');
    expect(await look('latest', now)).toMatchObject({ caughtUp: 1 });
  });

  it.each([
    { trigger: 'schedule', by: 'its tick, as not missed at all', outcomes: ['skipped', 'skipped'] },
    {
      trigger: 'catch-up',
      by: 'another look, as caught up',
      outcomes: ['skipped', 'skipped', 'caught-up'],
    },
  ] as const)('records a slot that was begun meanwhile by $by', async ({ trigger, outcomes }) => {
    const { now } = await silence();
    const latest = { schedule, timetable: hourly, policy: 'latest' } as const;
    const beginRun = async (slot: Date) => {
      await openSlotRun({
        kind: USER_DATA,
        input: userDataInputOf({}),
        schedule,
        slot,
        trigger,
        mode: 'queue',
        batchSize: 50,
      });
      return null;
    };
    expect(await catchUp({ ...latest, beginRun }, now)).toEqual({ skipped: 2, caughtUp: 0 });
    const missed = await MissedSlotModel.find({}).sort({ slot: 1 }).lean();
    expect(missed.map(({ outcome }) => outcome)).toEqual(outcomes);
    for (const { outcome, runId } of missed) expect(runId === null).toBe(outcome === 'skipped');
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

  it('never goes back in what it has accounted for', async () => {
    await ensureSchedule(schedule);
    const later = new Date(Date.now() + HOUR);
    await accountUntil(schedule, later);
    await accountUntil(schedule, new Date());
    expect((await ensureSchedule(schedule)).accountedUntil).toEqual(later);
  });

  it('does not owe the slots of the time when it was switched off', async () => {
    const { now } = await silence();
    clocks.push(startStoppedClock(schedule, { catchUpIntervalMs: MINUTE, log: SILENT }));
    await vi.waitFor(async () => {
      const { accountedUntil } = await ensureSchedule(schedule);
      expect(accountedUntil.getTime()).toBeGreaterThan(Date.now() - MINUTE);
    });
    expect(await look('latest', new Date(Math.min(now.getTime(), Date.now())))).toEqual({
      skipped: 0,
      caughtUp: 0,
    });
  });

  it('of several producers gives each slot one run, and each user one job in it', async () => {
    const [user = ''] = await installation.makeUsers(1);
    for (let process = 0; process < 3; process += 1) {
      clocks.push(
        startCronProducer({
          producer: installation.producer,
          timetable: eachSecond,
          policy: 'latest',
          election: { redis: installation.redis, prefix: installation.env.QUEUE_PREFIX },
          batchSize: 50,
          catchUpIntervalMs: 200,
          log: SILENT,
        }),
      );
    }
    await vi.waitFor(
      async () => expect(await RunModel.countDocuments({})).toBeGreaterThanOrEqual(3),
      20_000,
    );
    for (const clock of clocks.splice(0)) await clock.stop();
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
