import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../models/UserSummaryModel.ts';
import { segmentOf } from './segments.ts';

const cases: [daysSinceLast: number, frequency: number, pAlive: number | null, Segment][] = [
  [0, 0, null, 'new'],
  [90, 0, null, 'new'],
  [91, 0, null, 'at_risk'],
  [365, 0, null, 'at_risk'],
  [366, 0, null, 'dormant'],
  [90, 1, 0.9, 'active'],
  [90, 3, 0.9, 'active'],
  [90, 4, 0.9, 'loyal'],
  [91, 4, 0.9, 'at_risk'],
  [365, 40, 0.9, 'at_risk'],
  [366, 40, 0.99, 'dormant'],
  [60, 30, 0.5, 'loyal'],
  [60, 30, 0.49, 'at_risk'],
  [120, 10, 0.25, 'at_risk'],
  [120, 10, 0.24, 'dormant'],
];

describe('segmentOf', () => {
  it.each(cases)('%i days since the last purchase, %i repeats, P(alive) %s: %s', (...row) => {
    const [daysSinceLast, frequency, pAlive, segment] = row;
    expect(segmentOf({ daysSinceLast, frequency, pAlive })).toBe(segment);
  });

  it('never gets better as days pass', () => {
    const rank: Segment[] = ['loyal', 'active', 'new', 'at_risk', 'dormant'];
    fc.assert(
      fc.property(
        fc.nat(800),
        fc.nat(30),
        fc.nat(20),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (days, more, frequency, chance) => {
          const pAlive = frequency === 0 ? null : chance;
          const now = segmentOf({ daysSinceLast: days, frequency, pAlive });
          const later = segmentOf({ daysSinceLast: days + more, frequency, pAlive });
          expect(rank.indexOf(later)).toBeGreaterThanOrEqual(rank.indexOf(now));
        },
      ),
    );
  });
});
