import { describe, expect, it } from 'vitest';
import { CDNOW_ESTIMATES } from './probabilityAlive.ts';
import { scoreCustomer } from './scoreCustomer.ts';

function customer(...days: [day: string, cents: number][]) {
  return days.map(([day, amountCents]) => ({ purchasedAt: new Date(day), amountCents }));
}

describe('scoreCustomer', () => {
  // The lines of these customers in data/cdnow, the figures of the paper's published table.
  it.each([
    {
      name: '00004',
      purchases: customer(
        ['1997-01-01', 2933],
        ['1997-01-18', 2973],
        ['1997-08-02', 1496],
        ['1997-12-12', 2648],
      ),
      published: { frequency: 2, recencyWeeks: 30.43, ageWeeks: 38.86, monetary: 22.35 },
    },
    {
      name: '00021',
      purchases: customer(['1997-01-01', 6349], ['1997-01-13', 1177]),
      published: { frequency: 1, recencyWeeks: 1.71, ageWeeks: 38.86, monetary: 11.77 },
    },
    {
      name: '00050',
      purchases: customer(['1997-01-01', 666]),
      published: { frequency: 0, recencyWeeks: 0, ageWeeks: 38.86, monetary: 0 },
    },
  ])('scores customer $name as the paper does', ({ purchases, published }) => {
    const score = scoreCustomer(purchases, '1997-09-30', CDNOW_ESTIMATES);
    expect(score.frequency).toBe(published.frequency);
    expect(Math.abs(score.recencyWeeks - published.recencyWeeks)).toBeLessThan(0.005);
    expect(Math.abs(score.ageWeeks - published.ageWeeks)).toBeLessThan(0.005);
    expect(Math.abs(score.monetary - published.monetary)).toBeLessThanOrEqual(0.005 + 1e-9);
  });

  it('refines the segment by P(alive)', () => {
    const weekly = Array.from({ length: 20 }, (_, week) => ({
      purchasedAt: new Date(Date.UTC(1997, 0, 1 + 7 * week)),
      amountCents: 1000,
    }));
    expect(scoreCustomer(weekly, '1997-05-20', CDNOW_ESTIMATES)).toMatchObject({
      frequency: 19,
      segment: 'loyal',
    });
    const silent = scoreCustomer(weekly, '1997-08-01', CDNOW_ESTIMATES);
    expect(silent.segment).toBe('at_risk');
    expect(silent.pAlive).toBeLessThan(0.5);
  });

  it('takes a customer without purchases for new, with an unknown P(alive)', () => {
    expect(scoreCustomer([], '1997-09-30', CDNOW_ESTIMATES)).toMatchObject({
      frequency: 0,
      totalSpend: 0,
      pAlive: null,
      segment: 'new',
    });
  });
});
