import { AppError } from '../../../errors/AppError.ts';
import { RetryLater } from '../jobs/outcomes.ts';
import type { ServedJob } from './execute.ts';

const DAY_MS = 86_400_000;
/** Sooner would only spin. */
const LEAST_MS = 100;

/**
 * When a job that asked for a later time is due again, at most a day from now, and how long it may go
 * on asking in all.
 */
export function laterTime(
  error: unknown,
  job: ServedJob | undefined,
  now: Date,
): { runAt: Date; giveUpAfterMs: number } {
  const asked = error instanceof RetryLater ? error.afterMs : 0;
  const afterMs = Math.min(DAY_MS, Math.max(LEAST_MS, Number.isFinite(asked) ? asked : DAY_MS));
  return {
    runAt: new Date(now.getTime() + afterMs),
    giveUpAfterMs: job?.options.giveUpAfterMs ?? DAY_MS,
  };
}

/** Says that a job has been asking for a later time for too long. */
export function gaveUp(since: Date, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(
    'GAVE_UP',
    `Its work has been asking for a later time since ${since.toISOString()}, last with: ${reason}`,
    { cause },
  );
}
