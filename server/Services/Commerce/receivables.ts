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

/** Sums what is open on a day into buckets by days past due. */
export function ageingOf(receivables: Iterable<Receivable>, asOf: Day): Ageing {
  const sums: Record<AgeBucket, number> = { current: 0, d1_30: 0, d31_60: 0, d61_90: 0, over90: 0 };
  let invoices = 0;
  let total = 0;
  for (const receivable of receivables) {
    if (!isOpenOn(receivable, asOf)) continue;
    invoices += 1;
    total += receivable.amountCents;
    sums[bucketOf(daysBetween(receivable.dueOn, asOf))] += receivable.amountCents;
  }
  return { invoices, ...sums, total };
}

function bucketOf(daysPastDue: number): AgeBucket {
  if (daysPastDue <= 0) return 'current';
  if (daysPastDue <= 30) return 'd1_30';
  if (daysPastDue <= 60) return 'd31_60';
  return daysPastDue <= 90 ? 'd61_90' : 'over90';
}

/** The days whose invoices make the turnover that days sales outstanding compare with. */
const TURNOVER_DAYS = 90;

/**
 * Days sales outstanding of one customer: what is open on the day, divided by what was invoiced in the
 * 90 days up to and including it, times 90; to two places, half up.
 * @returns null when nothing was invoiced in those days.
 */
export function daysSalesOutstanding(receivables: Iterable<Receivable>, asOf: Day): number | null {
  let open = 0;
  let invoiced = 0;
  for (const receivable of receivables) {
    if (isOpenOn(receivable, asOf)) open += receivable.amountCents;
    const age = daysBetween(receivable.invoicedOn, asOf);
    if (age >= 0 && age < TURNOVER_DAYS) invoiced += receivable.amountCents;
  }
  return invoiced === 0 ? null : dividedToHundredths(open * TURNOVER_DAYS, invoiced);
}
