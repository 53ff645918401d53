import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** What an expression asks of the wall clock, in the simplest words there are. */
export type Asked =
  /** Fires at least hourly: whenever the minute of the hour is a multiple. */
  | { everyMinutes: number }
  /** Names one time of the day, in minutes since midnight. */
  | { minuteOfDay: number };

/**
 * The slots of a span, found without any cron library: it walks through the span minute by minute
 * and asks Luxon what the clock on the wall shows. What fires at least hourly fires at each instant
 * that matches. A named time is due as soon as the wall clock has passed it for the first time: so
 * it falls right after a gap, and only once in a doubled hour.
 * @returns epoch milliseconds, after `from` up to and including `to`.
 */
export function walk(
  asked: readonly Asked[],
  timezone: string,
  { from, to }: { from: Date; to: Date },
): number[][] {
  const zone = IANAZone.create(timezone);
  const wallAt = (instant: number) => instant / MINUTE_MS + zone.offset(instant);
  const slots = asked.map((): number[] => []);
  let furthest = wallAt(from.getTime());
  for (let at = from.getTime() + MINUTE_MS; at <= to.getTime(); at += MINUTE_MS) {
    const wall = wallAt(at);
    for (const [position, each] of asked.entries()) {
      const fires =
        'everyMinutes' in each
          ? wall % each.everyMinutes === 0
          : timesBy(wall, each.minuteOfDay) > timesBy(furthest, each.minuteOfDay);
      if (fires) slots[position]?.push(at);
    }
    furthest = Math.max(furthest, wall);
  }
  return slots;
}

/** How often a time of the day has come by this wall clock, in minutes since 1970 there. */
function timesBy(wall: number, minuteOfDay: number): number {
  return Math.floor((wall - minuteOfDay) / DAY_MINUTES);
}
