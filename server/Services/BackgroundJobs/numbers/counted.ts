import type { Counted } from '../../../models/system/NumbersModel.ts';

/** All zeros. */
export function nothingCounted(): Counted {
  return {
    accepted: 0,
    completed: 0,
    failed: 0,
    duplicates: 0,
    cancelled: 0,
    retried: 0,
    workedMs: 0,
    waitedMs: 0,
    waited: 0,
  };
}

/** The names of what is counted, in the order in which people read them. */
export const COUNTED_KEYS = Object.keys(nothingCounted()) as (keyof Counted)[];

/** Each number's sum, as a stage of an aggregation groups it. */
export const SUMS = Object.fromEntries(COUNTED_KEYS.map((key) => [key, { $sum: `$${key}` }]));

const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** When the minute, hour or day of an instant begins, in UTC. */
export function startOf(grain: 'minute' | 'hour' | 'day', instant: Date): Date {
  const ms = { minute: 60_000, hour: HOUR_MS, day: DAY_MS }[grain];
  return new Date(Math.floor(instant.getTime() / ms) * ms);
}

/** The instant so many days later. */
export function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS);
}
