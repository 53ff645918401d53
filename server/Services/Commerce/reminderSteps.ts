import { addDays, type Day, daysBetween } from './days.ts';
import { isOpenOn, type Receivable } from './receivables.ts';

/** The days after an invoice is due on which its customer is reminded; -3 is before. */
export const REMINDER_STEPS = [-3, 0, 7, 14, 30] as const;
export type ReminderStep = (typeof REMINDER_STEPS)[number];

/** The due days of the invoices of which reminders go out on this day. */
export function dueDaysRemindedOn(day: Day): Day[] {
  return REMINDER_STEPS.map((step) => addDays(day, -step));
}

/** The step that an invoice has come to on this day; null on other days and when it is not open. */
export function reminderStepOn(
  invoice: Pick<Receivable, 'invoicedOn' | 'dueOn' | 'settledOn'>,
  day: Day,
): ReminderStep | null {
  if (!isOpenOn(invoice, day)) return null;
  const days = daysBetween(invoice.dueOn, day);
  return REMINDER_STEPS.find((step) => step === days) ?? null;
}
