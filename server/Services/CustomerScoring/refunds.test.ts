import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PurchaseRecord, purchaseHistory } from './purchaseHistory.ts';
import { netOfRefunds } from './refunds.ts';

function record(day: string, dollars: number): PurchaseRecord {
  return { purchasedAt: new Date(`${day}T12:00Z`), amountCents: Math.round(dollars * 100) };
}

const net = (...records: PurchaseRecord[]) =>
  netOfRefunds(records).map(({ purchasedAt, amountCents }) => [
    purchasedAt.toISOString().slice(5, 10),
    amountCents / 100,
  ]);

describe('refunds', () => {
  it('leave purchases without any as they are', () => {
    const purchases = [record('2026-02-01', 5), record('2026-01-01', 0)];
    expect(netOfRefunds(purchases)).toBe(purchases);
  });

  it('are taken off the latest purchases up to their day', () => {
    const [january, february, march] = [
      record('2026-01-10', 30),
      record('2026-02-10', 20),
      record('2026-03-10', 10),
    ];
    const all = [january, february, march];
    expect(net(...all, record('2026-02-20', -5))).toEqual([
      ['01-10', 30],
      ['02-10', 15],
      ['03-10', 10],
    ]);
    expect(net(...all, record('2026-02-20', -20))).toEqual([
      ['01-10', 30],
      ['03-10', 10],
    ]);
    expect(net(...all, record('2026-02-20', -45))).toEqual([
      ['01-10', 5],
      ['03-10', 10],
    ]);
  });

  it('may stand before the purchase of the same day', () => {
    const refund = { purchasedAt: new Date('2026-01-10T08:00Z'), amountCents: -1000 };
    expect(net(refund, record('2026-01-10', 30))).toEqual([['01-10', 20]]);
  });

  it('are left out as far as nothing is known that they could be for', () => {
    expect(net(record('2026-01-01', -5), record('2026-01-10', 30))).toEqual([['01-10', 30]]);
    expect(net(record('2026-01-10', 30), record('2026-01-11', -99))).toEqual([]);
  });

  it('leave what cost nothing', () => {
    expect(net(record('2026-01-10', 0), record('2026-01-11', -5))).toEqual([['01-10', 0]]);
  });

  it('undo the day of a purchase that was given back', () => {
    const history = purchaseHistory(
      [
        record('2026-01-05', 100),
        record('2026-01-10', -100),
        record('2026-02-02', 20),
        record('2026-02-16', 40),
        record('2026-03-02', 60),
        record('2026-03-03', -70),
      ],
      '2026-03-30',
    );
    expect(history).toEqual({
      frequency: 1,
      recencyWeeks: 2,
      ageWeeks: 8,
      monetary: 30,
      totalSpend: 50,
      firstPurchaseAt: new Date('2026-02-02T12:00Z'),
      lastPurchaseAt: new Date('2026-02-16T12:00Z'),
      purchases: 2,
    });
  });

  it('of a later day are not known yet', () => {
    const records = [record('2026-01-05', 100), record('2026-02-05', -100)];
    expect(purchaseHistory(records, '2026-02-04')).toMatchObject({ totalSpend: 100, purchases: 1 });
    expect(purchaseHistory(records, '2026-02-05')).toMatchObject({ totalSpend: 0, purchases: 0 });
  });

  const anyRecord = fc.record({
    purchasedAt: fc.date({
      min: new Date('2026-01-01'),
      max: new Date('2026-01-20'),
      noInvalidDate: true,
    }),
    amountCents: fc.integer({ min: -500, max: 500 }),
  });

  it('leave nothing negative, and all that they do not reach', () => {
    fc.assert(
      fc.property(fc.array(anyRecord), (records) => {
        const left = netOfRefunds(records);
        expect(left.every(({ amountCents }) => amountCents >= 0)).toBe(true);
        const sum = (of: readonly PurchaseRecord[]) =>
          of.reduce((cents, { amountCents }) => cents + amountCents, 0);
        expect(sum(left)).toBeGreaterThanOrEqual(Math.max(0, sum(records)));
        expect(sum(left)).toBeLessThanOrEqual(
          sum(records.filter(({ amountCents }) => amountCents > 0)),
        );
      }),
    );
  });

  it('come to the same in any order', () => {
    fc.assert(
      fc.property(fc.array(anyRecord), (records) => {
        expect(purchaseHistory(records.toReversed(), '2026-01-15')).toEqual(
          purchaseHistory(records, '2026-01-15'),
        );
      }),
    );
  });
});
