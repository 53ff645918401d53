import type { CustomerScore } from '../../models/UserSummaryModel.ts';
import { probabilityAlive, type ScoringParams } from './probabilityAlive.ts';
import { type PurchaseRecord, purchaseHistory } from './purchaseHistory.ts';
import { segmentOf } from './segments.ts';

const DAYS_PER_WEEK = 7;

/**
 * Scores one customer as of the UTC day `asOf` (`YYYY-MM-DD`, inclusive). Pure: purchases after
 * that day, and the order they come in, change nothing. Without purchases: zeros, segment `new`.
 */
export function scoreCustomer(
  purchases: readonly PurchaseRecord[],
  asOf: string,
  params: ScoringParams,
): CustomerScore {
  const history = purchaseHistory(purchases, asOf);
  const pAlive = probabilityAlive(history, params);
  const daysSinceLast = Math.round((history.ageWeeks - history.recencyWeeks) * DAYS_PER_WEEK);
  const segment = segmentOf({ daysSinceLast, frequency: history.frequency, pAlive });
  return { ...history, pAlive, segment };
}
