import { gather } from '../../config/gather.ts';
import { UserSummaryModel } from '../../models/UserSummaryModel.ts';
import { existingUsers } from '../Users/existingUsers.ts';
import { userNotFound } from '../Users/userNotFound.ts';
import { loadPurchases } from './loadPurchases.ts';
import type { ScoringParams } from './probabilityAlive.ts';
import { saveSummaries } from './saveSummaries.ts';
import type { UserDataAccess } from './userDataAccess.ts';

/** Bounds the memory one round trip takes: a user may have hundreds of purchases. */
const USERS_PER_READ = 200;
const USERS_PER_WRITE = 500;

/** What a job's data access is bound to. */
export interface JobScope {
  /** Orders all runs; decides which result has precedence. */
  readonly runSeq: number;
  /** Whether an older day may replace a newer one. */
  readonly backfill: boolean;
  /** The UTC day, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly signal: AbortSignal;
}

export interface UserDataGateway {
  forJob(scope: JobScope): UserDataAccess;
}

/**
 * Gathers the reads and writes of all jobs that run in this process; make one per process.
 * Needs mongoose's default connection to be open by the time a job runs.
 */
export function createUserDataGateway({
  scoringParams,
}: {
  scoringParams: ScoringParams;
}): UserDataGateway {
  const load = gather(loadPurchases, USERS_PER_READ);
  const save = gather(saveSummaries, USERS_PER_WRITE);
  const exists = gather(existingUsers, USERS_PER_WRITE);
  return {
    forJob: ({ runSeq, backfill, asOf, signal }) => ({
      scoringParams,
      async purchases(userId) {
        signal.throwIfAborted();
        const purchases = await load({ userId, asOf });
        signal.throwIfAborted();
        // A user with purchases exists or is being deleted; the check after the write sees the latter.
        if (purchases.length === 0 && !(await exists(userId))) throw userNotFound(userId);
        return purchases;
      },
      async saveSummary(userId, score) {
        signal.throwIfAborted();
        const outcome = await save({ userId, score, asOf, runSeq, backfill, signal });
        if (await exists(userId)) return outcome;
        // Deleted since the job began. Deletion marks the user before it removes the summary, so
        // either it has removed ours, or we see the mark and do.
        await UserSummaryModel.deleteOne({ userId });
        throw userNotFound(userId);
      },
    }),
  };
}
