import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PurchaseRecord, purchaseHistory } from './purchaseHistory.ts';

function purchase(day: string, dollars: number): PurchaseRecord {
  return { purchasedAt: new Date(`${day}Z`), amountCents: Math.round(dollars * 100) };
}

const anyPurchase = fc.record({
  purchasedAt: fc.date({
    min: new Date('1997-01-01T00:00:00Z'),
    max: new Date('1998-06-30T23:59:59Z'),
    noInvalidDate: true,
  }),
  amountCents: fc.integer({ min: 0, max: 1_000_000 }),
});

describe('purchaseHistory', () => {
  it('counts purchases of one day as one occasion, and as two records', () => {
    const history = purchaseHistory(
      [
        purchase('1997-01-12T09:00', 12),
        purchase('1997-01-12T18:00', 77),
        purchase('1997-01-26T10:00', 10),
        purchase('1997-01-26T11:00', 5.5),
      ],
      '1997-02-02',
    );
    expect(history).toEqual({
      frequency: 1,
      recencyWeeks: 2,
      ageWeeks: 3,
      monetary: 15.5,
      totalSpend: 104.5,
      firstPurchaseAt: new Date('1997-01-12T09:00Z'),
      lastPurchaseAt: new Date('1997-01-26T11:00Z'),
      purchases: 4,
    });
  });

  it('counts the whole of the UTC day asked for, and nothing after it', () => {
    const purchases = [
      purchase('1997-09-30T00:00', 1),
      purchase('1997-09-30T23:59:59.999', 2),
      purchase('1997-10-01T00:00', 4),
    ];
    expect(purchaseHistory(purchases, '1997-09-30')).toMatchObject({ purchases: 2, totalSpend: 3 });
    expect(purchaseHistory(purchases, '1997-10-01')).toMatchObject({ purchases: 3, frequency: 1 });
  });

  it('is all zeros without purchases, or with later ones only', () => {
    const nothing = {
      frequency: 0,
      recencyWeeks: 0,
      ageWeeks: 0,
      monetary: 0,
      totalSpend: 0,
      firstPurchaseAt: null,
      lastPurchaseAt: null,
      purchases: 0,
    };
    expect(purchaseHistory([], '1997-09-30')).toEqual(nothing);
    expect(purchaseHistory([purchase('1997-10-01T00:00', 9)], '1997-09-30')).toEqual(nothing);
  });

  it('keeps the mean spend unrounded', () => {
    const history = purchaseHistory(
      [purchase('1997-01-01', 5), purchase('1997-02-01', 29.73), purchase('1997-03-01', 14.96)],
      '1997-09-30',
    );
    expect(history.monetary).toBe(22.345);
  });

  it('adds up exactly to the cent, where floats would not', () => {
    const dimes = Array.from({ length: 1000 }, () => purchase('1997-01-01', 0.1));
    expect(purchaseHistory(dimes, '1997-01-01').totalSpend).toBe(100);
    fc.assert(
      fc.property(fc.array(anyPurchase), (purchases) => {
        const cents = purchases.reduce((sum, { amountCents }) => sum + BigInt(amountCents), 0n);
        const { totalSpend } = purchaseHistory(purchases, '1998-06-30');
        expect(totalSpend.toFixed(2)).toBe(
          `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
        );
      }),
    );
  });

  it('does not depend on the order of the purchases', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyPurchase)
          .chain((all) =>
            fc.tuple(
              fc.constant(all),
              fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
            ),
          ),
        ([purchases, shuffled]) => {
          expect(purchaseHistory(shuffled, '1998-01-01')).toEqual(
            purchaseHistory(purchases, '1998-01-01'),
          );
        },
      ),
    );
  });

  it('keeps recency within age, and frequency below the number of records', () => {
    fc.assert(
      fc.property(fc.array(anyPurchase, { minLength: 1 }), (purchases) => {
        const history = purchaseHistory(purchases, '1998-06-30');
        expect(history.recencyWeeks).toBeLessThanOrEqual(history.ageWeeks);
        expect(history.frequency).toBeLessThan(history.purchases);
        expect(history.recencyWeeks > 0).toBe(history.frequency > 0);
      }),
    );
  });
});
