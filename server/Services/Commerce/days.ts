import { dayNumber, dayStart } from '../CustomerScoring/utcDay.ts';

/** A UTC day as text, `YYYY-MM-DD`: it sorts and compares as time does. */
export type Day = string;

/** The whole days from one day to another; negative when the other is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return dayNumber(dayStart(to)) - dayNumber(dayStart(from));
}

/** The day so many days later, or earlier for a negative number. */
export function addDays(day: Day, days: number): Day {
  const date = dayStart(day);
  date.setUTCDate(date.getUTCDate() + days);
  return utcDay(date);
}

/** The UTC day of an instant. */
export function utcDay(instant: Date): Day {
  return instant.toISOString().slice(0, 10);
}
