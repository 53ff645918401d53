const DAY_MS = 86_400_000;

/** When a record that became final at this instant expires. */
export function daysAfter(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS);
}
