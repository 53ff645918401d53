import { CronExpressionParser } from 'cron-parser';

/** When a schedule is due: a cron expression read in a time zone of the IANA database. */
export interface Timetable {
  readonly expression: string;
  readonly timezone: string;
}

/** The first slot after an instant. */
export function nextSlot({ expression, timezone }: Timetable, after: Date): Date {
  return CronExpressionParser.parse(expression, { tz: timezone, currentDate: after })
    .next()
    .toDate();
}

/**
 * The slots after `from` up to and including `to`, oldest first; of more than `limit` only the
 * newest, so that a year of silence costs no more than a day.
 */
export function slotsBetween(
  { expression, timezone }: Timetable,
  from: Date,
  to: Date,
  limit: number,
): Date[] {
  const backwards = CronExpressionParser.parse(expression, {
    tz: timezone,
    // `prev` answers with what lies before: one millisecond on, `to` itself is included.
    currentDate: new Date(to.getTime() + 1),
  });
  const slots: Date[] = [];
  while (slots.length < limit) {
    const slot = backwards.prev().toDate();
    if (slot <= from) break;
    slots.push(slot);
  }
  return slots.reverse();
}
