import { groupBy } from '../../../config/groupBy.ts';
import { DURABLE } from '../../../models/durable.ts';
import { isMongoUnavailable } from '../../../models/mongoErrors.ts';
import { setEach } from '../../../models/setEach.ts';
import type { JobFailure, JobState } from '../../../models/system/JobStatusModel.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { jobRecords } from '../../../models/system/jobRecords.ts';
import { tallyEnded } from '../numbers/tallyRecords.ts';
import { effectsOf } from './effects.ts';
import { daysAfter, type RetentionDays } from './expiry.ts';
import { keptResult } from './keptResult.ts';
import { isFinal, sourcesOf } from './states.ts';

/** What a worker, or the queue, says of one start of a job. */
export interface JobRecord {
  jobId: string;
  queue: string;
  kind: string;
  generation: number;
  /** Until when the job may hold a `unique`, which a final state releases; null when it has none. */
  holdsUnique: 'start' | 'end' | null;
  /** Which start of this generation says so: an older one is not heard after a newer. */
  start: number;
  status: Extract<JobState, 'queued' | 'active' | 'delayed' | 'completed' | 'failed'>;
  attempts: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** How long its first start had waited since it was due; null for a later start, or if unknown. */
  waitedMs: number | null;
  worker: string | null;
  error: JobFailure | null;
  /** One line for each failed attempt. */
  history: string[];
  result: unknown;
}

/**
 * Writes records, each under its fence: the same generation, a state from which the table allows
 * the new one, and no newer start. Final states are durable when this settles. Where MongoDB
 * refuses a record (its result is too large, say), that one alone is written without its result.
 */
export async function writeRecords(
  records: readonly JobRecord[],
  retentionDays: RetentionDays,
  now = new Date(),
): Promise<{ written: number }> {
  if (records.length === 0) return { written: 0 };
  try {
    return await writeBulk(records, retentionDays, now);
  } catch (error) {
    if (isMongoUnavailable(error)) throw error;
    const [record] = records;
    if (records.length === 1 && record !== undefined) {
      if (record.result === null || record.result === undefined) throw error;
      return writeBulk([{ ...record, result: notKept(error) }], retentionDays, now);
    }
    const middle = Math.ceil(records.length / 2);
    const first = await writeRecords(records.slice(0, middle), retentionDays, now);
    const second = await writeRecords(records.slice(middle), retentionDays, now);
    return { written: first.written + second.written };
  }
}

/** Without MongoDB's own words: they may repeat what it was to keep. */
function notKept(error: unknown): { notKept: string } {
  const name = error instanceof Error ? error.name : 'Error';
  return { notKept: `MongoDB refused the result (${name}): it may be too large for a document.` };
}

const NOT_FINAL: RetentionDays = () => 0;

/** Writes them in one unordered bulk, and counts them. */
async function writeBulk(
  records: readonly JobRecord[],
  retentionDays: RetentionDays,
  now: Date,
): Promise<{ written: number }> {
  const behindOneFence = groupBy(records, (record) =>
    [record.generation, record.start, record.status, releasesUnique(record)].join(),
  );
  const { matchedCount } = await jobRecords().bulkWrite(
    [...behindOneFence.values()].map((group) => {
      const changes = group.map((record) => ({
        key: record.jobId,
        fields: fieldsOf(record, now, retentionDays),
      }));
      return setEach(changes, fenceOf(group[0]));
    }),
    { ordered: false, writeConcern: DURABLE },
  );
  await tallyEnded(records, { matched: matchedCount, at: now });
  return { written: matchedCount };
}

/** Which records of jobs stay as they are, whatever this one says. */
function fenceOf(record: JobRecord) {
  const { generation, start, status } = record;
  return {
    by: '_id',
    unless: [
      { generation: { $ne: generation } },
      { status: { $nin: mayBeIn(status) } },
      { starts: { $gt: start } },
      // What waited here while its own work put the job off comes too late.
      { status: 'scheduled', starts: { $gte: start } },
    ],
    unset: releasesUnique(record) ? ['uniqueHeld'] : [],
  };
}

function releasesUnique({ holdsUnique, status }: JobRecord): boolean {
  return holdsUnique !== null && isFinal(status);
}

/** A job handed back is `queued` again, but only an admin's retry takes one out of `failed`. */
function mayBeIn(status: JobRecord['status']): JobState[] {
  return sourcesOf(status).filter((source) => status !== 'queued' || !isFinal(source));
}

function fieldsOf(record: JobRecord, now: Date, retentionDays: RetentionDays) {
  const { startedAt, finishedAt } = record;
  return {
    status: record.status,
    starts: record.start,
    attempts: record.attempts,
    startedAt,
    finishedAt,
    durationMs:
      startedAt === null || finishedAt === null ? null : finishedAt.getTime() - startedAt.getTime(),
    worker: record.worker,
    error: record.error,
    history: record.history,
    result: keptResult(record.result ?? null),
    effects: effectsOf(record.result),
    updatedAt: now,
    ...(isFinal(record.status) ? { expiresAt: daysAfter(now, retentionDays(record.kind)) } : {}),
  };
}

/**
 * Claims a job for a start before its work begins, durably, so that no earlier start is heard
 * after this one. A record of an older generation, as after a restore of MongoDB alone, moves on to
 * that of the start.
 * @returns false when the record is final, to be cancelled, of a newer generation, or a newer start has it:
 * then the work must not be done.
 */
export async function claimStart(record: JobRecord): Promise<boolean> {
  const { generation } = record;
  const { matchedCount } = await JobStatusModel.updateOne(
    {
      _id: record.jobId,
      status: { $in: mayBeIn(record.status) },
      cancelRequestedAt: { $exists: false },
      $or: [
        // One that its own work put off is not to be done by an earlier start's leftovers.
        { generation, starts: { $lte: record.start }, status: { $ne: 'scheduled' } },
        { generation: { $lt: generation } },
      ],
    },
    {
      $set: { ...fieldsOf(record, new Date(), NOT_FINAL), generation },
      // Before the work: what comes from now on has a change that it may not see.
      ...(record.holdsUnique === 'start' && { $unset: { uniqueHeld: 1 } }),
    },
    { writeConcern: DURABLE },
  );
  return matchedCount === 1;
}
