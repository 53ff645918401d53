import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { groupBy } from '../../config/groupBy.ts';
import { ageingOf, salesOutstanding } from './receivables.ts';
import { readReceivables } from './sample/receivablesFile.ts';

const invoice = { invoicedOn: '2013-01-01', dueOn: '2013-01-31', amountCents: 100 };

it('gives the published ageing of the sample as of 2013-06-30', async () => {
  const receivables = await readReceivables();
  expect(receivables).toHaveLength(2_466);
  expect(ageingOf(receivables, '2013-06-30')).toEqual({
    ...{ invoices: 84, current: 428_429, d1_30: 83_556, d31_60: 0, d61_90: 0, over90: 0 },
    total: 511_985,
  });
  expect(ageingOf(receivables, '2014-01-09').invoices).toBe(0);
});

it.each([
  ['2013-01-31', 'current'],
  ['2013-02-01', 'd1_30'],
  ['2013-03-02', 'd1_30'],
  ['2013-03-03', 'd31_60'],
  ['2013-04-01', 'd31_60'],
  ['2013-04-02', 'd61_90'],
  ['2013-05-01', 'd61_90'],
  ['2013-05-02', 'over90'],
] as const)('counts an invoice due on 2013-01-31 on %s as %s', (day, bucket) => {
  const ageing = ageingOf([{ ...invoice, settledOn: null }], day);
  expect(ageing[bucket]).toBe(100);
  expect(ageing.total).toBe(100);
});

it('counts an invoice from its own day up to the day before it is settled', () => {
  const receivables = [{ ...invoice, settledOn: '2013-01-10' }];
  const counted = (day: string) => ageingOf(receivables, day).invoices;
  expect(['2012-12-31', '2013-01-01', '2013-01-09', '2013-01-10'].map(counted)).toEqual([
    0, 1, 1, 0,
  ]);
});

it('gives the days sales outstanding of each customer as an independent script does', async () => {
  const receivables = groupBy(await readReceivables(), ({ customerId }) => customerId);
  const expected: { customerId: string; daysSalesOutstanding: string }[] = parse(
    await readFile('tests/reference/receivables-2013-06-30.csv'),
    { columns: true },
  );
  expect(expected).toHaveLength(100);
  for (const { customerId, daysSalesOutstanding: days } of expected) {
    const own = salesOutstanding(receivables.get(customerId) ?? [], '2013-06-30');
    expect([customerId, own.days]).toEqual([customerId, days === '' ? null : Number(days)]);
  }
});

it('takes the invoices of 90 days, the day itself included', () => {
  const receivables = [{ ...invoice, settledOn: null }];
  expect(salesOutstanding(receivables, '2013-03-31').days).toBe(90);
  expect(salesOutstanding(receivables, '2013-04-01').days).toBeNull();
});
