import type { Segment } from '../../models/UserSummaryModel.ts';

/** A quarter: whoever bought within it needs no winning back. */
const RECENT_DAYS = 90;
/** A year: whoever let each season pass is gone for practical purposes. */
const LAPSED_DAYS = 365;
/** Purchase days after the first that make a habit: five days in all. */
const LOYAL_FREQUENCY = 4;
/** Below it a customer is likelier gone than not, even if the last purchase is recent. */
const DOUBTFUL_P_ALIVE = 0.5;
/** Below it hope is small: silence far beyond the customer's own rhythm. */
const LOST_P_ALIVE = 0.25;

interface Standing {
  readonly daysSinceLast: number;
  readonly frequency: number;
  /** Null without repeats: there it refines nothing. */
  readonly pAlive: number | null;
}

/**
 * The segment of a customer who bought at least once:
 *
 * | days since last purchase | frequency 0 | 1 to 3    | 4 or more | P(alive) refines        |
 * |--------------------------|-------------|-----------|-----------|-------------------------|
 * | up to 90                 | `new`       | `active`  | `loyal`   | below 0.5: `at_risk`    |
 * | 91 to 365                | `at_risk`   | `at_risk` | `at_risk` | below 0.25: `dormant`   |
 * | over 365                 | `dormant`   | `dormant` | `dormant` |                         |
 *
 * P(alive) moves only downwards, and only where there are repeats.
 */
export function segmentOf({ daysSinceLast, frequency, pAlive }: Standing): Segment {
  const chance = pAlive ?? 1;
  if (daysSinceLast > LAPSED_DAYS) return 'dormant';
  if (daysSinceLast > RECENT_DAYS) return chance < LOST_P_ALIVE ? 'dormant' : 'at_risk';
  if (chance < DOUBTFUL_P_ALIVE) return 'at_risk';
  if (frequency === 0) return 'new';
  return frequency < LOYAL_FREQUENCY ? 'active' : 'loyal';
}
