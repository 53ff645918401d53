import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { IANAZone } from 'luxon';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { defineSchedule } from '../../../server/Services/BackgroundJobs/scheduling/defineSchedule.ts';
import { Scheduler } from '../../../server/Services/BackgroundJobs/scheduling/scheduler.ts';
import { coverageSettings } from '../../coverage/processCoverage.ts';
import { type Asked, walk } from '../../reference/wallClockWalk.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';
import { SILENT } from './installation.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const QUARTER = 15 * MINUTE;

const uri = useOwnDatabase();

afterEach(async () => {
  await Promise.all([SlotModel.deleteMany({}), ScheduleModel.deleteMany({})]);
});

describe('three schedulers whose clocks are two seconds apart', () => {
  const ZONES = ['America/New_York', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe'];
  const ASKED: { expression: string; asked: Asked }[] = [
    { expression: '0 * * * *', asked: { everyMinutes: 60 } },
    { expression: '30 2 * * *', asked: { minuteOfDay: 150 } },
    { expression: '*/15 * * * *', asked: { everyMinutes: 15 } },
  ];
  const SKEWS = [-2 * SECOND, 0, 2 * SECOND];

  /** When the zone's offset changes within 2026 and 2027. */
  function changesOf(timezone: string): number[] {
    const zone = IANAZone.create(timezone);
    const changes: number[] = [];
    for (let at = Date.UTC(2026, 0, 1); at < Date.UTC(2028, 0, 1); at += QUARTER) {
      if (zone.offset(at) !== zone.offset(at - QUARTER)) changes.push(at);
    }
    return changes;
  }

  it.each(ZONES)('begin each slot once over the clock changes of %s', async (timezone) => {
    const changes = changesOf(timezone);
    expect(changes).toHaveLength(4);
    for (const change of changes) {
      const from = new Date(change - 1.5 * HOUR);
      const to = new Date(change + 3 * HOUR);
      const begun = ASKED.map((): number[] => []);
      const schedules = ASKED.map(({ expression }, position) =>
        defineSchedule({
          ...{ name: `asked-${position}-${change}`, expression, timezone },
          ...{ overlap: 'allow', catchUp: 'skip' },
          begins: {
            async begin({ slot }) {
              begun[position]?.push(slot.getTime());
              return { empty: true };
            },
            isOpen: async () => false,
          },
        }),
      );
      let time = from.getTime();
      const schedulers = SKEWS.map(
        (skew) =>
          new Scheduler({
            schedules,
            clock: { now: async () => new Date(time + skew) },
            by: `${skew} ms ahead`,
            retentionDays: 7,
            log: SILENT,
          }),
      );
      // A quarter of an hour at a time: all that can be due is due around a full quarter.
      const around = [-2 * SECOND, 0, 2 * SECOND, 7 * MINUTE];
      for (let quarter = from.getTime(); quarter <= to.getTime(); quarter += QUARTER) {
        for (const offset of around) {
          time = quarter + offset;
          await Promise.all(
            schedulers.flatMap((each) => schedules.map((schedule) => each.look(schedule))),
          );
        }
      }
      const expected = walk(
        ASKED.map(({ asked }) => asked),
        timezone,
        { from, to },
      );
      // The scheduler that is ahead was installed two seconds early, before the first slot.
      const first = from.getTime();
      expect(begun.map((slots) => slots.filter((slot) => slot > first).sort())).toEqual(expected);
      expect(begun.flat().length).toBeGreaterThan(18);
      expect(new Set(begun[2]).size).toBe(begun[2]?.length);
    }
  });
});

it('a clock that is set back and forth begins no slot twice and keeps none back', async () => {
  const begun: string[] = [];
  const schedule = defineSchedule({
    ...{ name: 'set-back', expression: '* * * * *', timezone: 'UTC' },
    ...{ overlap: 'allow', catchUp: 'latest' },
    begins: {
      async begin({ slot }) {
        begun.push(slot.toISOString().slice(14, 16));
        return { empty: true };
      },
      isOpen: async () => false,
    },
  });
  let now = new Date('2026-11-27T12:00:30Z');
  const scheduler = new Scheduler({
    ...{ schedules: [schedule], clock: { now: async () => now }, by: 'here' },
    ...{ retentionDays: 7, log: SILENT },
  });
  for (const at of [
    '00:30',
    '01:00',
    '02:00',
    '00:10',
    '01:10',
    '02:10',
    '03:00',
    '01:00',
    '04:00',
  ]) {
    now = new Date(`2026-11-27T12:${at}Z`);
    await scheduler.look(schedule);
  }
  expect(begun).toEqual(['01', '02', '03', '04']);
});

describe('three processes, one frozen over its ticks', () => {
  const FROZEN_MS = 12_000;
  const script = fileURLToPath(new URL('processes/tickingScheduler.mjs', import.meta.url));

  function start(name: string) {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [script], {
      env: { PATH, HOME, ...coverageSettings(), TEST_MONGODB_URI: uri, TEST_PROCESS: name },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return child;
  }

  const records = () => SlotModel.find({ schedule: 'each-second' }).sort({ slot: 1 }).lean();

  it('begin each slot once, those too that the frozen one had claimed', async () => {
    const children = ['first', 'second', 'third'].map(start);
    const [frozen] = children;
    await vi.waitFor(
      async () => expect(new Set((await records()).map(({ claimedBy }) => claimedBy)).size).toBe(3),
      { timeout: 60_000, interval: 200 },
    );
    frozen?.kill('SIGSTOP');
    const thawedAt = Date.now() + FROZEN_MS;
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(thawedAt), FROZEN_MS + 5_000);
    frozen?.kill('SIGCONT');
    const enough = (await records()).length + 4;
    await vi.waitFor(async () => expect((await records()).length).toBeGreaterThan(enough), {
      timeout: 30_000,
      interval: 200,
    });
    for (const child of children) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }

    const slots = await records();
    const times = slots.map(({ slot }) => slot.getTime());
    const [from = 0] = times;
    expect(times).toEqual(times.map((_, second) => from + second * SECOND));
    expect(new Set(slots.map(({ state }) => state))).toEqual(new Set(['began']));
    const calls = await mongoose.connection.collection('begincalls').find({}).toArray();
    const callsOf = (slot: Date) => calls.filter((call) => call.slot.getTime() === slot.getTime());
    for (const { slot, claimedBy } of slots) {
      // Only the claim of the frozen one may have been taken over while it slept.
      const most = claimedBy === 'first' ? 2 : 1;
      expect(callsOf(slot).length, slot.toISOString()).toBeGreaterThanOrEqual(1);
      expect(callsOf(slot).length, slot.toISOString()).toBeLessThanOrEqual(most);
    }
    expect(calls.length).toBeLessThanOrEqual(slots.length + 1);
  }, 120_000);
});
