import { IANAZone } from 'luxon';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MINUTES = 24 * 60;

/** From after the first instant up to and including the last. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

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
export function walk(asked: readonly Asked[], timezone: string, { from, to }: Span): number[][] {
  const offsetAt = offsetsOf(IANAZone.create(timezone));
  const wallAt = (instant: number) => instant / MINUTE_MS + offsetAt(instant);
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

/** The instants, to the quarter of an hour before, at which a zone changes its clocks within a span. */
export function clockChanges(timezone: string, { from, to }: Span): Date[] {
  const zone = IANAZone.create(timezone);
  const changes: Date[] = [];
  for (let at = from.getTime(); at < to.getTime(); at += QUARTER_MS) {
    if (zone.offset(at) !== zone.offset(at + QUARTER_MS)) changes.push(new Date(at));
  }
  return changes;
}

/**
 * Luxon's offset at each minute. It is asked twice a quarter of an hour, and at each minute where the
 * two differ: to ask a million times takes minutes, and no zone changes its clock twice in a quarter.
 */
function offsetsOf(zone: IANAZone): (instant: number) => number {
  let start = Number.NaN;
  let atBothEnds: number | null = null;
  return (instant) => {
    const quarter = instant - (instant % QUARTER_MS);
    if (quarter !== start) {
      start = quarter;
      const first = zone.offset(quarter);
      atBothEnds = first === zone.offset(quarter + QUARTER_MS) ? first : null;
    }
    return atBothEnds ?? zone.offset(instant);
  };
}

/** How often a time of the day has come by this wall clock, in minutes since 1970 there. */
function timesBy(wall: number, minuteOfDay: number): number {
  return Math.floor((wall - minuteOfDay) / DAY_MINUTES);
}
