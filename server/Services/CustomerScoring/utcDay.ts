const DAY_MS = 86_400_000;

/** A UTC day as a whole number, counted from 1970-01-01: differences are days. */
export function dayNumber(instant: Date): number {
  return Math.floor(instant.getTime() / DAY_MS);
}

/** The instant a UTC day, `YYYY-MM-DD`, begins. */
export function dayStart(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The instant a UTC day, `YYYY-MM-DD`, is over; what happened on that day lies before it. */
export function endOfDay(day: string): Date {
  return new Date(dayStart(day).getTime() + DAY_MS);
}
