import type { UserDataAccess } from '../../../CustomerScoring/userDataAccess.ts';
import type { JobLog } from '../../consuming/jobLog.ts';

/** What `processUserData` is given besides the user's id. */
export interface UserDataContext {
  /** The UTC day the work is done for, `YYYY-MM-DD`, inclusive. */
  readonly asOf: string;
  /** A backfill may put an older day's result over a newer one. */
  readonly backfill: boolean;
  /** Aborts at the job's deadline and when the worker's grace is over; pass it on. */
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same for every try of this user in this run: hand it to whoever must drop a second call. */
  readonly idempotencyKey: string;
  readonly log: JobLog;
  /** Reads and writes, gathered over the jobs that run beside this one. */
  readonly data: UserDataAccess;
}

/** What `processUserData` may be: it takes of this what it needs, and answers what it likes. */
export type UserDataWork = (userId: string, context: UserDataContext) => Promise<unknown>;
