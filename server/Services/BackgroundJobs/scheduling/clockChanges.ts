import { DateTime } from 'luxon';
import type { Timetable } from '../../../config/timetable.ts';
import type { Overlap } from './defineSchedule.ts';
import { slotsBetween } from './slots.ts';

/** A change of the clocks in a zone, and what it does to a timetable. */
export interface ClockChange {
  /** The instant at which the clocks change. */
  readonly at: Date;
  /** By how much they are set: 60 for the beginning of summer time, -60 for its end. */
  readonly minutes: number;
  /** Wall-clock times of that day, `HH:mm:ss`, at which it would fire on any other, and does not. */
  readonly missing: readonly string[];
  /** Those at which it fires twice. */
  readonly twice: readonly string[];
  /** Those at which it fires on this day only. */
  readonly moved: readonly string[];
}

const DAY_MS = 86_400_000;
/** The slots of a day that fires each second. */
const MAX_SLOTS = 90_000;
const WALL = 'HH:mm:ss';

/**
 * The changes of the clocks after `from` up to `to` that make a timetable fire otherwise than on other
 * days: twice, not at all, or at another wall-clock time.
 */
export function clockChangesOf(timetable: Timetable, from: Date, to: Date): ClockChange[] {
  return changesOfZone(timetable.timezone, from, to).flatMap((change) => {
    const effect = effectOn(timetable, change.at);
    const { missing, twice, moved } = effect;
    return missing.length + twice.length + moved.length === 0 ? [] : [{ ...change, ...effect }];
  });
}

/** One of them as a sentence or two, with what the overlap policy makes of a doubled slot. */
export function describeClockChange(
  { at, minutes, missing, twice, moved }: ClockChange,
  { timezone, overlap }: Pick<Timetable, 'timezone'> & { overlap: Overlap },
): string {
  const day = DateTime.fromJSDate(at, { zone: timezone }).toISODate();
  const way = minutes > 0 ? 'forward' : 'back';
  const said = [`${day}: the clocks go ${way} by ${Math.abs(minutes)} minutes.`];
  if (moved.length > 0 && missing.length > 0) {
    said.push(`What is due at ${listed(missing)} fires at ${listed(moved)}.`);
  } else if (missing.length > 0) {
    said.push(
      `It does not fire at ${listed(missing)}: those times do not exist, and nothing is owed.`,
    );
  } else if (moved.length > 0) said.push(`It fires at ${listed(moved)} too.`);
  if (twice.length > 0) {
    said.push(
      `It fires twice at ${listed(twice)}, an hour apart in real time. ${AT_OVERLAP[overlap]}`,
    );
  }
  return said.join(' ');
}

const AT_OVERLAP: Readonly<Record<Overlap, string>> = {
  skip: 'If the first is still open then, the second begins nothing (overlap: skip).',
  queue: 'If the first is still open then, the second waits for its end (overlap: queue).',
  allow: 'Both begin, also while the first is open (overlap: allow).',
};

function listed(times: readonly string[]): string {
  const [first = ''] = times;
  if (times.length <= 4) return times.join(', ');
  return `${first} and ${times.length - 1} more times up to ${times.at(-1)}`;
}

/** The instants after `from` up to `to` at which a zone's offset from UTC changes, to the minute. */
function changesOfZone(zone: string, from: Date, to: Date): { at: Date; minutes: number }[] {
  const offsetAt = (instant: number) => DateTime.fromMillis(instant, { zone }).offset;
  const changes: { at: Date; minutes: number }[] = [];
  for (let day = from.getTime(); day < to.getTime(); day += DAY_MS) {
    const end = Math.min(day + DAY_MS, to.getTime());
    const [before, after] = [offsetAt(day), offsetAt(end)];
    if (before === after) continue;
    let [low, high] = [Math.floor(day / 60_000), Math.ceil(end / 60_000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(middle * 60_000) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: new Date(high * 60_000), minutes: after - before });
  }
  return changes;
}

/** Compares the day with one whose clocks do not change, as UTC has them. */
function effectOn(timetable: Timetable, at: Date): Omit<ClockChange, 'at' | 'minutes'> {
  const { expression, timezone: zone } = timetable;
  const local = DateTime.fromJSDate(at, { zone });
  const start = local.startOf('day');
  const fired = timesBetween(timetable, start, start.plus({ days: 1 }));
  const ordinaryStart = DateTime.fromISO(start.toISODate() ?? '', { zone: 'UTC' });
  const ordinary = timesBetween(
    { expression, timezone: 'UTC' },
    ordinaryStart,
    ordinaryStart.plus({ days: 1 }),
  );
  const [due, times] = [new Set(ordinary), new Set(fired)];
  return {
    missing: ordinary.filter((time) => !times.has(time)),
    twice: [...new Set(fired.filter((time, position) => fired.indexOf(time) !== position))],
    moved: fired.filter((time) => !due.has(time)),
  };
}

function timesBetween(timetable: Timetable, start: DateTime, end: DateTime): string[] {
  const from = new Date(start.toMillis() - 1);
  return slotsBetween(timetable, from, new Date(end.toMillis() - 1), MAX_SLOTS).map((slot) =>
    DateTime.fromJSDate(slot, { zone: timetable.timezone }).toFormat(WALL),
  );
}
