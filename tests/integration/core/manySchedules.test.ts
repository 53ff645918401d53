import { afterEach, describe, expect, it } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import type { JobLog } from '../../../server/Services/BackgroundJobs/consuming/jobLog.ts';
import { USER_DATA } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { isRunOpen, openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { slotRunId } from '../../../server/Services/BackgroundJobs/runs/runId.ts';
import {
  defineSchedule,
  type ScheduleDefinition,
  type SlotTarget,
  type SlotToBegin,
} from '../../../server/Services/BackgroundJobs/scheduling/defineSchedule.ts';
import { lookAt } from '../../../server/Services/BackgroundJobs/scheduling/lookAt.ts';
import { ensureSchedule } from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { recordSlot } from '../../../server/Services/BackgroundJobs/scheduling/slotRecords.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';
import { SILENT } from './installation.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = new Date('2026-11-27T11:30:00Z');
const keptMs = 60 * 24 * HOUR;

const later = (ms: number) => new Date(START.getTime() + ms);
const ANY = { kind: USER_DATA, input: userDataInputOf({}), mode: 'queue', batchSize: 50 } as const;
const hour = (n: number) => new Date(`2026-11-27T${n}:00:00.000Z`);

useOwnDatabase();

/** Begins runs, of which the test says when they have ended. */
function runs() {
  const begun: SlotToBegin[] = [];
  const open = new Set<string>();
  const target: SlotTarget = {
    async begin(slot) {
      begun.push(slot);
      const jobId = `${slot.schedule}-${slot.slot.toISOString()}`;
      open.add(jobId);
      return { jobId };
    },
    isOpen: async (work) => 'jobId' in work && open.has(work.jobId),
  };
  return { target, begun, end: () => open.clear(), slots: () => begun.map(({ slot }) => slot) };
}

function hourly(begins: SlotTarget, options: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return defineSchedule({
    ...{ name: 'invoices', expression: '0 * * * *', timezone: 'UTC' },
    ...{ overlap: 'skip', catchUp: 'latest', begins, ...options },
  });
}

const look = (schedule: ScheduleDefinition, now: Date, by = 'here', log: JobLog = SILENT) =>
  lookAt(schedule, { now, by, keptMs, log });

const states = async () =>
  (await SlotModel.find({}).sort({ slot: 1 }).lean()).map(({ state }) => state);

afterEach(async () => {
  await Promise.all([SlotModel.deleteMany({}), ScheduleModel.deleteMany({})]);
});

it('gives seven schedules that are due at one instant seven runs, each known by its schedule', async () => {
  const begins: SlotTarget = {
    async begin({ schedule, slot, trigger }) {
      await openSlotRun({ ...ANY, schedule, slot, trigger });
      return { runId: slotRunId(schedule, slot) };
    },
    isOpen: async (work) => 'runId' in work && isRunOpen(work.runId),
  };
  const schedules = Array.from({ length: 7 }, (_, n) => hourly(begins, { name: `cron-${n}` }));
  for (const now of [START, hour(12)]) {
    await Promise.all(schedules.map((schedule) => look(schedule, now)));
  }
  const found = await RunModel.find({}).sort({ _id: 1 }).lean();
  expect(found.map(({ _id }) => _id)).toEqual(
    schedules.map(({ name }) => `${name}-20261127T120000Z`),
  );
  expect(await SlotModel.find({}).sort({ schedule: 1 }).lean()).toMatchObject(
    found.map(({ _id, schedule }) => ({ schedule, state: 'began', runId: _id })),
  );
  await RunModel.deleteMany({});
});

it('begins what covers all since the last slot that began', async () => {
  const { target, begun } = runs();
  const schedule = hourly(target, { overlap: 'allow' });
  for (const now of [START, hour(12), hour(13)]) await look(schedule, now);
  expect(begun).toEqual([
    { schedule: 'invoices', slot: hour(12), since: null, trigger: 'schedule' },
    { schedule: 'invoices', slot: hour(13), since: hour(12), trigger: 'schedule' },
  ]);
});

describe('while what the last slot began is still open', () => {
  it('"allow" begins the next all the same', async () => {
    const { target, slots } = runs();
    const schedule = hourly(target, { overlap: 'allow' });
    for (const now of [START, hour(12), hour(13)]) await look(schedule, now);
    expect(slots()).toEqual([hour(12), hour(13)]);
  });

  it('"skip" lets the next pass, and says so', async () => {
    const { target, slots, end } = runs();
    const schedule = hourly(target, { overlap: 'skip' });
    for (const now of [START, hour(12), hour(13)]) await look(schedule, now);
    end();
    await look(schedule, hour(14));
    expect(slots()).toEqual([hour(12), hour(14)]);
    expect(await states()).toEqual(['began', 'overlapped', 'began']);
  });

  it('"queue" keeps one slot, which begins when the open one has ended', async () => {
    const { target, slots, end } = runs();
    const schedule = hourly(target, { overlap: 'queue' });
    for (const now of [START, hour(12), hour(13), hour(14)]) await look(schedule, now);
    expect(await states()).toEqual(['began', 'waiting', 'overlapped']);
    end();
    await look(schedule, later(3 * HOUR));
    expect(slots()).toEqual([hour(12), hour(13)]);
    expect(await states()).toEqual(['began', 'began', 'overlapped']);
  });

  it('looks often enough to begin the waiting one soon', async () => {
    const { target } = runs();
    const schedule = hourly(target, { overlap: 'queue' });
    await look(schedule, START);
    const { lookAgainAt } = await look(schedule, hour(12));
    expect(lookAgainAt.getTime() - hour(12).getTime()).toBeLessThanOrEqual(2 * SECOND);
  });

  it('a retry by hand of what has ended does not count', async () => {
    const { target, slots, end } = runs();
    const open = new Set<boolean>();
    const schedule = hourly({
      ...target,
      isOpen: async (work) => open.has(true) || target.isOpen(work),
    });
    for (const now of [START, hour(12)]) await look(schedule, now);
    end();
    await look(schedule, later(40 * MINUTE));
    open.add(true);
    await look(schedule, hour(13));
    expect(slots()).toEqual([hour(12), hour(13)]);
  });
});

describe('after a silence of five hours', () => {
  const silence = async (schedule: ScheduleDefinition) => {
    await ensureSchedule(schedule.name, START);
    return later(5 * HOUR);
  };

  it('"all within" begins those of its time, the oldest first and one after another', async () => {
    const { target, slots, begun, end } = runs();
    const schedule = hourly(target, { catchUp: { allWithinMs: 3 * HOUR } });
    const now = await silence(schedule);
    expect(await look(schedule, now)).toMatchObject({ skipped: 2, waiting: 3, 'caught-up': 1 });
    expect(slots()).toEqual([hour(14)]);
    await look(schedule, later(5 * HOUR + 2 * SECOND));
    expect(slots(), 'the first is open').toHaveLength(1);
    for (const second of [4, 6, 8]) {
      end();
      await look(schedule, later(5 * HOUR + second * SECOND));
    }
    expect(slots()).toEqual([hour(14), hour(15), hour(16)]);
    expect(begun.every(({ trigger }) => trigger === 'catch-up')).toBe(true);
    expect(await states()).toEqual(['skipped', 'skipped', 'caught-up', 'caught-up', 'caught-up']);
  });

  it('"latest" leaves the missed ones when a later slot has just come', async () => {
    const { target, slots } = runs();
    const schedule = hourly(target, { overlap: 'allow' });
    await silence(schedule);
    expect(await look(schedule, hour(16))).toMatchObject({ skipped: 4, 'caught-up': 0, began: 1 });
    expect(slots()).toEqual([hour(16)]);
  });

  it('a slot that is less than a minute late is no missed one, unless a later one has come', async () => {
    const { target, slots } = runs();
    const schedule = hourly(target, {
      overlap: 'allow',
      catchUp: 'skip',
      expression: '*/10 * * * * *',
    });
    await ensureSchedule(schedule.name, START);
    expect(await look(schedule, later(55 * SECOND))).toMatchObject({ skipped: 4, began: 1 });
    expect(slots()).toEqual([later(50 * SECOND)]);
  });

  it('records what is beyond the newest 200 slots as one', async () => {
    const { target } = runs();
    const schedule = hourly(target, { expression: '* * * * *', overlap: 'allow' });
    const now = await silence(schedule);
    await look(schedule, now);
    const records = await SlotModel.find({}).sort({ slot: 1 }).lean();
    expect(records).toHaveLength(201);
    const [oldest, next] = records;
    expect(oldest).toMatchObject({ state: 'skipped', slot: later(MINUTE) });
    expect(next?.slot.getTime()).toBe((oldest?.through?.getTime() ?? 0) + MINUTE);
  });
});

describe('a slot that a process claimed', () => {
  async function claimed(schedule: ScheduleDefinition, slot: Date): Promise<void> {
    await ensureSchedule(schedule.name, START);
    const at = { now: slot, by: 'one that died', keptMs };
    await recordSlot({ schedule: schedule.name, slot, state: 'claimed' }, at);
  }

  it('is left alone for ten seconds, then begun by another, under the same id', async () => {
    const { target, slots } = runs();
    const schedule = hourly(target);
    await claimed(schedule, hour(12));
    const soon = await look(schedule, new Date(hour(12).getTime() + 9 * SECOND));
    expect(soon).toMatchObject({ began: 0 });
    expect(soon.lookAgainAt.getTime()).toBeLessThanOrEqual(hour(12).getTime() + 20 * SECOND);
    const lines: LogLine[] = [];
    const overdue = new Date(hour(12).getTime() + 11 * SECOND);
    await look(schedule, overdue, 'here', recordingLogger(lines));
    expect(slots()).toEqual([hour(12)]);
    expect(lines).toContainEqual(
      expect.objectContaining({ message: 'A slot was claimed and not begun: it is begun now' }),
    );
    expect(await SlotModel.find({}).lean()).toMatchObject([
      { state: 'began', jobId: `invoices-${hour(12).toISOString()}` },
    ]);
  });

  it('is never passed by what is accounted for, and does not keep later ones', async () => {
    const { target, slots } = runs();
    const broken = new Set([hour(12).getTime()]);
    const schedule = hourly(
      {
        ...target,
        begin: (slot) =>
          broken.has(slot.slot.getTime())
            ? Promise.reject(new Error('the bookkeeping is away'))
            : target.begin(slot),
      },
      { overlap: 'allow' },
    );
    await look(schedule, START);
    await expect(look(schedule, hour(12))).rejects.toThrow('the bookkeeping is away');
    await expect(look(schedule, hour(13))).rejects.toThrow('the bookkeeping is away');
    expect(slots()).toEqual([hour(13)]);
    const accounted = async () => (await ensureSchedule(schedule.name)).accountedUntil;
    expect((await accounted()).getTime()).toBeLessThan(hour(12).getTime());
    broken.clear();
    await look(schedule, hour(14));
    expect(slots()).toEqual([hour(13), hour(12), hour(14)]);
    expect(await accounted()).toEqual(hour(14));
  });

  it('is one run though its process froze over the begin, and wakes up when another has begun it', async () => {
    const { target } = runs();
    let wake: (() => void) | undefined;
    const calls: string[] = [];
    const beginsIn = (process: string) =>
      hourly({
        ...target,
        async begin({ schedule, slot, trigger }) {
          calls.push(process);
          if (process === 'frozen') await new Promise<void>((resolve) => (wake = resolve));
          await openSlotRun({ ...ANY, schedule, slot, trigger });
          return { runId: slotRunId(schedule, slot) };
        },
      });
    await look(beginsIn('frozen'), START);
    const late = look(beginsIn('frozen'), hour(12), 'frozen');
    await expect.poll(() => wake).toBeDefined();
    await look(beginsIn('awake'), new Date(hour(12).getTime() + 11 * SECOND), 'awake');
    wake?.();
    await late;
    expect(calls).toEqual(['frozen', 'awake']);
    expect(await RunModel.countDocuments({ schedule: 'invoices' })).toBe(1);
    expect(await SlotModel.find({}).lean()).toMatchObject([{ state: 'began' }]);
    await RunModel.deleteMany({});
  });
});

it('spreads slots over the jitter, alike in every process', async () => {
  const { target, slots } = runs();
  const schedule = hourly(target, { overlap: 'allow', jitterMs: 30 * MINUTE });
  await look(schedule, START);
  const begunAt: number[] = [];
  for (let minute = 0; minute < 4 * 60; minute += 1) {
    const now = new Date(hour(12).getTime() + minute * MINUTE);
    const { began } = await look(schedule, now);
    if (began > 0) begunAt.push(minute % 60);
  }
  expect(slots()).toEqual([hour(12), hour(13), hour(14), hour(15)]);
  expect(new Set(begunAt).size).toBeGreaterThan(1);
  expect(Math.max(...begunAt)).toBeLessThanOrEqual(30);
  const again = runs();
  await Promise.all([SlotModel.deleteMany({}), ScheduleModel.deleteMany({})]);
  const same = hourly(again.target, { overlap: 'allow', jitterMs: 30 * MINUTE });
  await look(same, START);
  const [first = 0] = begunAt;
  const { began } = await look(same, new Date(hour(12).getTime() + (first - 1) * MINUTE));
  expect(began).toBe(0);
  const due = await look(same, new Date(hour(12).getTime() + first * MINUTE));
  expect(due.began).toBe(1);
});

it('remembers a slot that had nothing to do, and does not count it as open', async () => {
  const { slots } = runs();
  const begun: Date[] = [];
  const schedule = hourly({
    async begin({ slot }) {
      begun.push(slot);
      return { empty: true };
    },
    isOpen: () => Promise.reject(new Error('nothing was begun')),
  });
  for (const now of [START, hour(12), hour(13)]) await look(schedule, now);
  expect(begun).toEqual([hour(12), hour(13)]);
  expect(slots()).toEqual([]);
  expect(await SlotModel.find({}).lean()).toMatchObject([
    { state: 'began', runId: null, jobId: null },
    { state: 'began', runId: null, jobId: null },
  ]);
});
