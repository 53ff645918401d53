import type { Job } from 'bullmq';
import type {
  AttemptDoc,
  JobFailure,
  JobState,
  JobStatusDoc,
} from '../../../models/system/JobStatusModel.ts';
import { readEnvelope } from '../queues/envelope.ts';
import type { QueuedJob } from '../queues/jobQueue.ts';
import type { JobRecord } from '../recording/writeRecords.ts';
import { historyOf, parseFailureText } from './failureText.ts';

type Ended = Exclude<QueuedJob, { state: 'unknown' | 'pending' }>;

/**
 * The record of a start that has just ended, as the worker's event shows it.
 * @returns null for a job whose data cannot be read: no record of ours is its.
 */
export function recordOfEvent(job: Job, status: JobRecord['status']): JobRecord | null {
  const reading = readEnvelope(job.name, job.data);
  if (reading.state !== 'read') return null;
  const { envelope } = reading;
  const failed = status === 'failed' || status === 'delayed';
  return {
    jobId: envelope.jobId,
    queue: job.queueName,
    kind: envelope.kind,
    generation: envelope.generation,
    holdsUnique: uniqueHeldUntil(envelope),
    start: job.attemptsStarted,
    status,
    attempts: job.attemptsMade + (envelope.spent ?? 0),
    startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
    finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
    waitedMs: waitedMs(job),
    worker: job.processedBy ?? null,
    error: failed ? parseFailureText(job.failedReason ?? '') : null,
    history: historyOf(job.stacktrace),
    result: status === 'completed' ? job.returnvalue : null,
  };
}

/** Until when a job may hold its `unique`; null when it has none. */
export function uniqueHeldUntil(job: {
  unique: string | null;
  uniqueUntil?: 'start' | null | undefined;
}): JobRecord['holdsUnique'] {
  return job.unique === null ? null : (job.uniqueUntil ?? 'end');
}

/** How long a job that starts for the first time has waited, in ms: since it was put in, or since its delay was over. */
function waitedMs({ attemptsStarted, processedOn, timestamp, opts }: Job): number | null {
  if (attemptsStarted !== 1 || processedOn === undefined) return null;
  return Math.max(0, processedOn - timestamp - (opts.delay ?? 0));
}

/** What must be known of a record to end it. */
export type RecordToEnd = Pick<
  JobStatusDoc,
  '_id' | 'queue' | 'kind' | 'generation' | 'unique' | 'uniqueUntil'
>;

/** What a start that has just ended came to. @param error in place of that of its record */
export function attemptOf(
  record: JobRecord,
  outcome: AttemptDoc['outcome'],
  error: JobFailure | null = record.error,
): AttemptDoc {
  const { generation, start, startedAt, finishedAt, worker } = record;
  return {
    generation,
    start,
    startedAt,
    endedAt: finishedAt ?? new Date(),
    worker,
    outcome,
    error,
  };
}

/** The record of a job that Redis holds as ended. */
export function recordOfEnded(
  { _id: jobId, queue, kind, generation, ...record }: RecordToEnd,
  job: Ended,
): JobRecord {
  return {
    ...{ jobId, queue, kind, generation },
    holdsUnique: uniqueHeldUntil(record),
    start: job.starts,
    status: job.state satisfies JobState,
    attempts: job.attempts,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    waitedMs: null,
    worker: job.worker,
    error: job.state === 'failed' ? parseFailureText(job.failedReason) : null,
    history: historyOf(job.failures),
    result: job.state === 'completed' ? job.result : null,
  };
}
