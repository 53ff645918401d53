/** The BG/NBD model's parameters: buying (r, alpha in weeks) and dropping out (a, b). */
export interface ScoringParams {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/**
 * The estimates for the sample's customers, weekly: Fader, Hardie & Lee (2005, as below), table 2.
 */
export const CDNOW_ESTIMATES: ScoringParams = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

interface BuyingPattern {
  /** Repeat purchase days. */
  readonly frequency: number;
  /** Weeks from first to last purchase. */
  readonly recencyWeeks: number;
  /** Weeks from first purchase to the day asked about. */
  readonly ageWeeks: number;
}

/**
 * The probability, 0 to 1, that a customer still buys, by the BG/NBD model:
 * `1 / (1 + a/(b+x-1) · ((α+T)/(α+t_x))^(r+x))`.
 * Null without a repeat purchase: there the model assumes 1 whatever happened, which tells nothing.
 *
 * Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way: An Alternative to the
 * Pareto/NBD Model", Marketing Science 24(2); P(alive) in their note "Computing P(alive) Using the
 * BG/NBD Model" (2008).
 */
export function probabilityAlive(
  { frequency, recencyWeeks, ageWeeks }: BuyingPattern,
  { r, alpha, a, b }: ScoringParams,
): number | null {
  if (frequency === 0) return null;
  const silence = (alpha + ageWeeks) / (alpha + recencyWeeks);
  return 1 / (1 + (a / (b + frequency - 1)) * silence ** (r + frequency));
}
