import { DateTime } from 'luxon';
import { cronAround, type Timetable } from '../../config/timetable.ts';

/** A span of time: after `from`, up to and including `until`. */
export interface Span {
  readonly from: Date;
  readonly until: Date;
}

/** Reading a timetable is kept by its object: one for each expression and zone. */
const timetables = new Map<string, Timetable>();

/** The last instant within a span at which a cron expression, read in this zone, is due; null for none. */
export function lastDue(expression: string, timezone: string, { from, until }: Span): Date | null {
  const name = `${expression} ${timezone}`;
  const timetable = timetables.get(name) ?? { expression, timezone };
  timetables.set(name, timetable);
  // croner answers with what lies before: one millisecond on, `until` itself is included.
  const [due] = cronAround(timetable, until).previousRuns(1, new Date(until.getTime() + 1));
  return due === undefined || due <= from ? null : due;
}

/** The ISO week of an instant in a zone, such as `2026-W48`. */
export function isoWeek(instant: Date, zone: string): string {
  return DateTime.fromJSDate(instant, { zone }).toFormat("kkkk-'W'WW");
}

/** How many days of the calendar lie between two instants in a zone. */
export function calendarDays(from: Date, to: Date, zone: string): number {
  const [start, end] = [from, to].map((each) =>
    DateTime.fromJSDate(each, { zone }).startOf('day').setZone('UTC', { keepLocalTime: true }),
  );
  return Math.round(end?.diff(start ?? end, 'days').days ?? 0);
}
