import type { RunCounts, RunDoc } from '../../../models/system/RunModel.ts';

/** Too early to judge a run's pace by. */
const MIN_ELAPSED_MS = 10_000;
/**
 * The share of the time until the next slot that passes before a run is judged in which nothing is done yet:
 * its first jobs may be long ones, or the workers may just be starting.
 */
const PATIENCE = 0.1;
const BEGINNING = 'At its pace';

/** Whether a run has been warned of its pace already. */
export function isWarnedOfPace({ warnings }: Pick<RunDoc, 'warnings'>): boolean {
  return warnings.some((warning) => warning.startsWith(BEGINNING));
}

/** Whether it is too early to judge a run, whatever has been done of it. */
export function isTooYoung({ startedAt }: Pick<RunDoc, 'startedAt'>, now: Date): boolean {
  return now.getTime() - startedAt.getTime() < MIN_ELAPSED_MS;
}

/**
 * Says that a run will not end before the next slot at the pace it has had so far.
 * @param nextSlot when the schedule is due next after the run began
 * @returns the warning, or null when it will end in time or it is too early to tell.
 */
export function paceWarning(
  run: Pick<RunDoc, 'startedAt'>,
  counts: RunCounts,
  nextSlot: Date,
  now: Date,
): string | null {
  const left = counts.queued + counts.active + counts.delayed;
  if (left === 0) return null;
  const done = counts.completed + counts.failed;
  if (isTooYoung(run, now)) return null;
  const elapsedMs = now.getTime() - run.startedAt.getTime();
  const patienceMs = done > 0 ? 0 : PATIENCE * (nextSlot.getTime() - run.startedAt.getTime());
  if (elapsedMs < patienceMs) return null;
  const perSecond = (done / elapsedMs) * 1000;
  const endsAt = now.getTime() + (left / perSecond) * 1000;
  if (endsAt <= nextSlot.getTime()) return null;
  const pace = done === 0 ? 'no user has been done yet' : `${perSecond.toFixed(1)} users/s`;
  return (
    `${BEGINNING} (${pace}) the run will not end before the next slot, ` +
    `${nextSlot.toISOString()}: ${left} users are left. Add workers: pm2 scale worker +1.`
  );
}
