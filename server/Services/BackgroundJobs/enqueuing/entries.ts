import type { NewJobRecord } from '../../../models/system/insertJobRecords.ts';
import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import type { QueueEntry } from '../queues/jobQueue.ts';

/** The same job, put in by another than its enqueuer, or later: it may be cancelled or done by then. */
export function handedOverLate(entry: QueueEntry): QueueEntry {
  return { ...entry, envelope: { ...entry.envelope, late: true } };
}

/** What is put into the queue for a record as it stands now. */
export function entryOfRecord(record: JobStatusDoc): QueueEntry {
  return {
    envelope: {
      kind: record.kind,
      version: record.payloadVersion,
      jobId: record._id,
      runId: record.runId,
      runSeq: record.runSeq,
      userId: record.userId?.toHexString() ?? null,
      generation: record.generation,
      requestId: record.requestId ?? null,
      key: record.key,
      unique: record.unique,
      uniqueUntil: record.uniqueUntil ?? null,
      runAt: record.runAt?.getTime() ?? null,
      priority: record.priority,
      maxAttempts: record.maxAttempts,
      spent: record.attempts === 0 ? null : record.attempts,
      deadlineMs: record.deadlineMs,
      late: null,
      payload: record.payload,
    },
    deduplicationId: record.deduplicationId,
  };
}

/** The record of a job that is about to be put into its queue. */
export function newRecord(
  queue: string,
  { envelope, deduplicationId }: QueueEntry,
  now: Date,
): NewJobRecord {
  const { kind, runId, runSeq, userId, key, unique, runAt, priority, maxAttempts } = envelope;
  return {
    _id: envelope.jobId,
    ...{ kind, runId, runSeq, queue, userId },
    status: 'queued',
    generation: envelope.generation,
    attempts: 0,
    starts: 0,
    payload: envelope.payload,
    payloadVersion: envelope.version,
    ...{ deduplicationId, key, unique, priority, maxAttempts },
    ...(key === null ? {} : { keyHeld: key }),
    ...(unique === null ? {} : { uniqueHeld: unique }),
    ...(envelope.uniqueUntil === null ? {} : { uniqueUntil: envelope.uniqueUntil }),
    runAt: runAt === null ? null : new Date(runAt),
    deadlineMs: envelope.deadlineMs,
    duplicateOf: null,
    requestId: envelope.requestId,
    error: null,
    history: [],
    failedGenerations: [],
    result: null,
    effects: null,
    queuedAt: now,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    worker: null,
    updatedAt: now,
  };
}
