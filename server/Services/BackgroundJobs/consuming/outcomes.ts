import { AppError } from '../../../errors/AppError.ts';
import type { ErrorCode } from '../../../errors/codes.ts';
import { isLostRace } from '../../../models/lostRaces.ts';
import { isMongoUnavailable } from '../../../models/mongoErrors.ts';
import { Cancelled, FailNow, RetryLater } from '../jobs/outcomes.ts';

/**
 * What an error means for its job. `retry`: try again after the delay, while attempts are left.
 * `fail`: no retry can mend it. `infrastructure`: hand the job back, it costs no attempt, unless this
 * one was handed back often already while the dependencies answer; then it is as `retry`. `later`: at the
 * time it asks for, at no cost. `cancel`: it ends as cancelled.
 */
export type Outcome = 'retry' | 'fail' | 'infrastructure' | 'later' | 'cancel';

/** The codes that are not simply tried again. */
const OUTCOME_OF: Partial<Record<ErrorCode, Outcome>> = {
  USER_NOT_FOUND: 'fail',
  INVALID_PAYLOAD: 'fail',
  INVALID_RESULT: 'fail',
  NOT_RETRYABLE: 'fail',
  VALIDATION_FAILED: 'fail',
  CRASHED_TOO_OFTEN: 'fail',
  GAVE_UP: 'fail',
  MONGODB_UNAVAILABLE: 'infrastructure',
  REDIS_UNAVAILABLE: 'infrastructure',
  REDIS_PERMISSION_DENIED: 'infrastructure',
  REDIS_PREFIX_TAKEN: 'infrastructure',
  REDIS_NEARLY_FULL: 'infrastructure',
};

/**
 * What becomes of a job whose processor threw this. A broken connection that is not known to be
 * the product's own (a web service that refuses, say) is the job's failure like any other: handed
 * back, it would be tried for ever.
 */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof RetryLater) return 'later';
  if (error instanceof Cancelled) return 'cancel';
  if (error instanceof FailNow) return 'fail';
  if (isMongoUnavailable(error) || isLostRace(error)) return 'infrastructure';
  if (error instanceof AppError) return OUTCOME_OF[error.code] ?? 'retry';
  return 'retry';
}
