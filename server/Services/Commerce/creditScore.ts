import { type Day, daysBetween } from './days.ts';

/** An invoice as far as its customer's credit is concerned. */
export interface PaymentRecord {
  readonly invoicedOn: Day;
  readonly dueOn: Day;
  readonly settledOn: Day | null;
  readonly disputed: boolean;
}

/** One part of a score: what was measured, and what it is worth. */
export interface ScoreReason {
  readonly part: 'onTime' | 'daysLate' | 'undisputed' | 'settledInvoices' | 'daysKnown';
  /** A share, days, or a number of invoices. */
  readonly value: number;
  /** The most points that this part can give. */
  readonly maxPoints: number;
  readonly points: number;
  readonly text: string;
}

export interface CreditScore {
  /** 300 to 850; null without a settled invoice. */
  readonly score: number | null;
  readonly asOf: Day;
  readonly reasons: ScoreReason[];
}

const LOWEST = 300;
const RANGE = 550;
/** After so many days a payment counts half. */
const HALF_LIFE_DAYS = 180;
const WORST_DAYS_LATE = 60;
const ENOUGH_INVOICES = 24;
const ENOUGH_DAYS = 730;

/**
 * The credit score of one customer from its payments up to a day; what was settled later is not known
 * then. Shares and means are over the invoices settled by then, each weighted by 0.5^(age/180 days).
 * 300 points, and of 550 more: 45 % by the share paid on time (no later than due), 25 % by the mean days
 * late (60 and more give none), 15 % by the share not disputed, 10 % by the number of settled invoices
 * (24 give all) and 5 % by the days since the first invoice (730 give all). Rounded half up.
 */
export function creditScoreOf(records: readonly PaymentRecord[], asOf: Day): CreditScore {
  const settled = records.flatMap((record) =>
    record.settledOn !== null && record.settledOn <= asOf
      ? [{ ...record, settledOn: record.settledOn }]
      : [],
  );
  if (settled.length === 0) return { score: null, asOf, reasons: [] };
  const weighted = settled.map((record) => ({
    weight: 0.5 ** (daysBetween(record.settledOn, asOf) / HALF_LIFE_DAYS),
    daysLate: Math.max(0, daysBetween(record.dueOn, record.settledOn)),
    disputed: record.disputed,
  }));
  const weights = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const meanOf = (value: (record: (typeof weighted)[number]) => number) =>
    weighted.reduce((sum, record) => sum + record.weight * value(record), 0) / weights;

  const onTime = meanOf(({ daysLate }) => (daysLate === 0 ? 1 : 0));
  const daysLate = meanOf((record) => record.daysLate);
  const disputed = meanOf((record) => (record.disputed ? 1 : 0));
  const daysKnown = daysBetween(firstDay(records), asOf);
  const reasons = [
    reason('onTime', 0.45, onTime, onTime, `${percent(onTime)} % paid on time`),
    reason(
      'daysLate',
      0.25,
      daysLate,
      1 - Math.min(daysLate, WORST_DAYS_LATE) / WORST_DAYS_LATE,
      `${daysLate.toFixed(1)} days late on average`,
    ),
    reason('undisputed', 0.15, 1 - disputed, 1 - disputed, `${percent(disputed)} % disputed`),
    reason(
      'settledInvoices',
      0.1,
      settled.length,
      Math.min(settled.length, ENOUGH_INVOICES) / ENOUGH_INVOICES,
      `${settled.length} invoices settled`,
    ),
    reason(
      'daysKnown',
      0.05,
      daysKnown,
      Math.min(daysKnown, ENOUGH_DAYS) / ENOUGH_DAYS,
      `${daysKnown} days since the first invoice`,
    ),
  ];
  const points = reasons.reduce((sum, each) => sum + each.points, LOWEST);
  return { score: Math.floor(points + 0.5), asOf, reasons };
}

function reason(
  part: ScoreReason['part'],
  weight: number,
  value: number,
  share: number,
  text: string,
): ScoreReason {
  return { part, value, maxPoints: RANGE * weight, points: RANGE * weight * share, text };
}

/** An invoice after the day cannot be the first: one was settled by then. */
function firstDay(records: readonly PaymentRecord[]): Day {
  const [first = ''] = records.map(({ invoicedOn }) => invoicedOn).sort();
  return first;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

/** A change of a score beyond this is told to people. */
const NOTABLE_CHANGE = 40;

/** Whether a score has changed so much since the one before that people are to be told. */
export function isNotableChange(before: number | null, now: number | null): boolean {
  return before !== null && now !== null && Math.abs(now - before) > NOTABLE_CHANGE;
}
