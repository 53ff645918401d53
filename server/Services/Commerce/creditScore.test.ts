import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { groupBy } from '../../config/groupBy.ts';
import { creditScoreOf, isNotableChange } from './creditScore.ts';
import { readReceivables } from './sample/receivablesFile.ts';

const paid = (dueOn: string, settledOn: string | null, disputed = false) => ({
  ...{ invoicedOn: '2013-01-01', dueOn, settledOn, disputed },
});

it('gives the scores of the sample’s 100 customers as an independent script does', async () => {
  const records = groupBy(await readReceivables(), ({ customerId }) => customerId);
  const expected: { customerId: string; score: string }[] = parse(
    await readFile('tests/reference/receivables-2013-06-30.csv'),
    { columns: true },
  );
  expect(expected).toHaveLength(100);
  for (const { customerId, score } of expected) {
    const own = creditScoreOf(records.get(customerId) ?? [], '2013-06-30');
    expect([customerId, own.score]).toEqual([customerId, score === '' ? null : Number(score)]);
  }
});

it('is null without an invoice settled by the day', () => {
  const none = { score: null, asOf: '2013-01-31', reasons: [] };
  expect(creditScoreOf([], '2013-01-31')).toEqual(none);
  expect(creditScoreOf([paid('2013-01-31', null)], '2013-01-31')).toEqual(none);
  expect(creditScoreOf([paid('2013-01-31', '2013-02-01')], '2013-01-31')).toEqual(none);
});

it('counts what is settled early as on time and as no days late', () => {
  const { reasons } = creditScoreOf([paid('2013-01-31', '2013-01-05')], '2013-01-31');
  const [onTime, daysLate] = reasons;
  expect(onTime).toMatchObject({ part: 'onTime', value: 1, points: 247.5 });
  expect(daysLate).toMatchObject({ part: 'daysLate', value: 0, points: 137.5 });
});

it('weighs a payment by half after 180 days', () => {
  const records = [paid('2013-01-02', '2013-01-01'), paid('2013-01-02', '2013-06-30')];
  const onTime = creditScoreOf(records, '2013-06-30').reasons[0];
  expect(onTime?.value).toBeCloseTo(0.5 / 1.5, 12);
});

it('has the sum of its parts, and 300 at the least', () => {
  const { score, reasons } = creditScoreOf([paid('2013-01-02', '2013-06-30', true)], '2013-06-30');
  const points = reasons.reduce((sum, each) => sum + each.points, 300);
  expect(score).toBe(Math.round(points));
  expect(score).toBe(309);
});

it('tells people of a change beyond 40 points', () => {
  expect(isNotableChange(700, 740)).toBe(false);
  expect(isNotableChange(741, 700)).toBe(true);
  expect(isNotableChange(null, 700)).toBe(false);
});
