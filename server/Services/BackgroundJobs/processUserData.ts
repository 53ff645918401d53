import type { Segment } from '../../models/UserSummaryModel.ts';
import { scoreCustomer } from '../CustomerScoring/scoreCustomer.ts';
import type { SaveOutcome } from '../CustomerScoring/userDataAccess.ts';
import type { UserDataContext } from './jobs/userData/userDataContext.ts';

/** What a job's record shows of the work. */
export interface UserDataResult {
  segment: Segment;
  frequency: number;
  pAlive: number | null;
  /** `kept`: the user's summary is of a newer run or day, and stayed. */
  summary: SaveOutcome;
}

/**
 * The work done for one user in one run: the file to replace with your own.
 *
 * It may be called more than once for the same user and run (after a failure or a crash), so what
 * it does must come out the same: here the summary's fence sees to that.
 * @throws AppError USER_NOT_FOUND, which ends the job at once; any other error is tried again.
 */
export async function processUserData(
  userId: string,
  { asOf, data }: UserDataContext,
): Promise<UserDataResult> {
  const purchases = await data.purchases(userId);
  const score = scoreCustomer(purchases, asOf, data.scoringParams);
  const summary = await data.saveSummary(userId, score);

  const { segment, frequency, pAlive } = score;
  return { segment, frequency, pAlive, summary };
}
