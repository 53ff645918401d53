import { DURABLE } from '../../../models/durable.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { tally } from '../numbers/tally.ts';
import { daysAfter, type RetentionDays } from './expiry.ts';
import { sourcesOf } from './states.ts';
import type { JobRecord } from './writeRecords.ts';

/** Which start says so: a newer one, or a final state, is not overwritten. */
type StartOfJob = Pick<
  JobRecord,
  'jobId' | 'queue' | 'kind' | 'generation' | 'start' | 'attempts' | 'startedAt' | 'worker'
>;

function fence({ jobId, generation, start }: StartOfJob, to: 'scheduled' | 'cancelled') {
  return {
    _id: jobId,
    generation,
    starts: { $lte: start },
    status: { $in: [...sourcesOf(to)] },
  };
}

/**
 * Puts a job that asked for a later time back to those that wait in MongoDB, durably: only then may
 * Redis forget it.
 * @returns null when it is done, or when the record is no longer this start's; else since when the job
 * has been asking, which is longer than `giveUpAfterMs`.
 */
export async function postpone(
  start: StartOfJob,
  runAt: Date,
  giveUpAfterMs: number,
): Promise<Date | null> {
  const now = new Date();
  const since = new Date(now.getTime() - giveUpAfterMs);
  const asking = { postponedSince: { $lte: since } };
  const { matchedCount } = await JobStatusModel.updateOne(
    { ...fence(start, 'scheduled'), $nor: [asking] },
    {
      $set: {
        ...{ status: 'scheduled', runAt, updatedAt: now },
        ...{ starts: start.start, attempts: start.attempts },
        ...{ startedAt: start.startedAt, worker: start.worker },
      },
      // Set by the first time alone.
      $min: { postponedSince: now },
    },
    { writeConcern: DURABLE },
  );
  if (matchedCount === 1) return null;
  const record = await JobStatusModel.findOne(
    { ...fence(start, 'scheduled'), ...asking },
    { postponedSince: 1 },
  ).lean();
  return record?.postponedSince ?? null;
}

/** The update that ends a record as cancelled; its key and its unique are free again. */
export function cancelled(kind: string, now: Date, retentionDays: RetentionDays) {
  const expiresAt = daysAfter(now, retentionDays(kind));
  return {
    $set: { status: 'cancelled', finishedAt: now, updatedAt: now, expiresAt },
    $unset: { keyHeld: 1, uniqueHeld: 1 },
  } as const;
}

/**
 * Ends a job as cancelled, durably: only then may Redis forget it.
 * @param requested whether an administrator asked for it, and not the work itself
 * @returns false when the record is no longer this start's.
 */
export async function recordCancelled(
  start: StartOfJob,
  reason: string,
  { retentionDays, requested }: { retentionDays: RetentionDays; requested: boolean },
): Promise<boolean> {
  const { $set, $unset } = cancelled(start.kind, new Date(), retentionDays);
  const { matchedCount } = await JobStatusModel.updateOne(
    // What a worker remembers of an intent may be a second old: a retry has cleared it since.
    { ...fence(start, 'cancelled'), ...(requested && { cancelRequestedAt: { $exists: true } }) },
    {
      $set: {
        ...$set,
        ...{ starts: start.start, attempts: start.attempts },
        ...{ startedAt: start.startedAt, worker: start.worker },
        error: { code: 'CANCELLED', message: reason },
      },
      $unset,
    },
    { writeConcern: DURABLE },
  );
  if (matchedCount === 1) tally(start, { cancelled: 1 });
  return matchedCount === 1;
}
