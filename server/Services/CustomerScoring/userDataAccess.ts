import type { CustomerScore } from '../../models/UserSummaryModel.ts';
import type { ScoringParams } from './probabilityAlive.ts';
import type { PurchaseRecord } from './purchaseHistory.ts';

/** `saved`: the user's summary is this run's. `kept`: that of a newer run or day has precedence. */
export type SaveOutcome = 'saved' | 'kept';

/**
 * The data one job of the per-user work may touch. It knows the job's run, day and signal, so that
 * the work need not hand them on; underneath, jobs that run at the same time share round trips.
 */
export interface UserDataAccess {
  readonly scoringParams: ScoringParams;

  /**
   * The user's purchases up to and including the job's day, in no promised order.
   * @throws AppError USER_NOT_FOUND for a user who does not exist or is being deleted.
   */
  purchases(userId: string): Promise<readonly PurchaseRecord[]>;

  /**
   * Puts the score in place of the user's last one: once a run, never over that of a newer run, and
   * over that of a newer day in a backfill only.
   * Durable when it resolves. After the job's signal aborted it writes nothing and throws its reason.
   * @throws AppError USER_NOT_FOUND for a user who was deleted meanwhile.
   */
  saveSummary(userId: string, score: CustomerScore): Promise<SaveOutcome>;
}
