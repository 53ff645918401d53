import { dividedToHundredths } from './amounts.ts';
import { type Day, daysBetween } from './days.ts';

/** An invoice as far as its age is concerned. */
export interface Receivable {
  readonly invoicedOn: Day;
  readonly dueOn: Day;
  /** Null as long as it is not paid. */
  readonly settledOn: Day | null;
  readonly amountCents: number;
}

/** Cents by days past due; `current` is not due yet, or due on the day itself. */
export interface Ageing {
  readonly invoices: number;
  readonly current: number;
  readonly d1_30: number;
  readonly d31_60: number;
  readonly d61_90: number;
  readonly over90: number;
  readonly total: number;
}

type AgeBucket = keyof Omit<Ageing, 'invoices' | 'total'>;

/** Whether it is open on a day: invoiced up to it, and not settled up to it. */
export function isOpenOn(
  { invoicedOn, settledOn }: Pick<Receivable, 'invoicedOn' | 'settledOn'>,
  day: Day,
): boolean {
  return invoicedOn <= day && (settledOn === null || settledOn > day);
}

/** The same as a condition of a query. */
export function openOn(day: Day) {
  return { invoicedOn: { $lte: day }, $or: [{ settledOn: null }, { settledOn: { $gt: day } }] };
}

/** Sums that receivables are added to one after another, however many there are. */
export type GrowingAgeing = { -readonly [Key in keyof Ageing]: Ageing[Key] };

export function emptyAgeing(): GrowingAgeing {
  return { invoices: 0, current: 0, d1_30: 0, d31_60: 0, d61_90: 0, over90: 0, total: 0 };
}

/** Adds a receivable, if it is open on the day. */
export function addToAgeing(ageing: GrowingAgeing, receivable: Receivable, asOf: Day): void {
  if (!isOpenOn(receivable, asOf)) return;
  ageing.invoices += 1;
  ageing.total += receivable.amountCents;
  ageing[bucketOf(daysBetween(receivable.dueOn, asOf))] += receivable.amountCents;
}

/** Sums what is open on a day into buckets by days past due. */
export function ageingOf(receivables: Iterable<Receivable>, asOf: Day): Ageing {
  const ageing = emptyAgeing();
  for (const receivable of receivables) addToAgeing(ageing, receivable, asOf);
  return ageing;
}

function bucketOf(daysPastDue: number): AgeBucket {
  if (daysPastDue <= 0) return 'current';
  if (daysPastDue <= 30) return 'd1_30';
  if (daysPastDue <= 60) return 'd31_60';
  return daysPastDue <= 90 ? 'd61_90' : 'over90';
}

/** The days whose invoices make the turnover that days sales outstanding compare with. */
const TURNOVER_DAYS = 90;

/** What a customer's days sales outstanding are made of. */
export interface SalesOutstanding {
  readonly openCents: number;
  /** Invoiced in the 90 days up to and including the day. */
  readonly invoicedCents: number;
  /** Null when nothing was invoiced in those days. */
  readonly days: number | null;
}

/**
 * Days sales outstanding of one customer: what is open on the day, divided by what was invoiced in the
 * 90 days up to and including it, times 90; to two places, half up.
 */
export function salesOutstanding(receivables: Iterable<Receivable>, asOf: Day): SalesOutstanding {
  let openCents = 0;
  let invoicedCents = 0;
  for (const receivable of receivables) {
    if (isOpenOn(receivable, asOf)) openCents += receivable.amountCents;
    const age = daysBetween(receivable.invoicedOn, asOf);
    if (age >= 0 && age < TURNOVER_DAYS) invoicedCents += receivable.amountCents;
  }
  return { openCents, invoicedCents, days: daysOutstanding(openCents, invoicedCents) };
}

/** What is open in days of the turnover, to two places, half up; null without a turnover. */
export function daysOutstanding(openCents: number, invoicedCents: number): number | null {
  if (invoicedCents === 0) return null;
  return dividedToHundredths(openCents * TURNOVER_DAYS, invoicedCents);
}
