import { randomUUID } from 'node:crypto';
import { AppError } from '../../../errors/AppError.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import type { JobQueue } from '../queue.ts';
import { jobIdOf } from '../queues/envelope.ts';
import { claimNextGeneration } from '../runs/generation.ts';
import { recordPages } from '../runs/openJobs.ts';
import { entryOfRecord, type Outbox } from '../runs/outbox.ts';
import { claimsMade, unseal } from '../runs/seal.ts';
import type { Administration, RetriedPart } from './administration.ts';
import { decodeCursor, encodeCursor } from './positionCursor.ts';

interface RetryOptions {
  queue: JobQueue;
  outbox: Outbox;
  batchSize: number;
}

/** Puts failed jobs into the queue anew, on the path that all jobs take. */
export function createRetries({
  queue,
  outbox,
  batchSize,
}: RetryOptions): Pick<Administration, 'retryJob' | 'retryFailed'> {
  /** @returns the user's live job, if another would make this one its duplicate. */
  async function pendingJob(record: JobStatusDoc): Promise<string | null> {
    const holder = await queue.holderOf(record.deduplicationId);
    return holder === null ? null : jobIdOf(holder);
  }

  /**
   * @param delayMs how long the n-th of them waits in the queue before a worker may take it.
   * @returns the records that were put in anew, and how many of them turned out to be duplicates:
   * another job of their user came between the look and the adding.
   */
  async function retry(
    records: readonly JobStatusDoc[],
    requestId: string | undefined,
    delayMs: (position: number) => number = () => 0,
  ): Promise<{ claimed: JobStatusDoc[]; duplicates: number }> {
    const runIds = [...new Set(records.map(({ runId }) => runId))];
    const token = randomUUID();
    for (const runId of runIds) await unseal(runId, token);
    const claimed = await claimNextGeneration(records, requestId);
    await claimsMade(runIds, token);
    const entries = claimed.map((record, position) => ({
      ...entryOfRecord(record),
      delayMs: delayMs(position),
    }));
    const { duplicates } = await outbox.enqueue(entries, batchSize);
    return { claimed, duplicates };
  }

  return {
    async retryJob(jobId, requestId) {
      const record = await JobStatusModel.findById(jobId).lean<JobStatusDoc>();
      if (record === null) throw new AppError('NOT_FOUND', `There is no job ${jobId}.`);
      await requireRetryable(record, queue.name);
      const pending = await pendingJob(record);
      if (pending !== null) throw jobPending(record, pending);
      const { claimed: all, duplicates } = await retry([record], requestId);
      const [claimed] = all;
      if (claimed === undefined) throw notFailed(jobId, 'no longer failed');
      if (duplicates > 0) throw jobPending(record, await duplicateOf(jobId));
      return { jobId, generation: claimed.generation };
    },

    async retryFailed({ runId, code, limit, cursor, ratePerSecond, requestId }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 'body');
      await queue.requireRoom();
      const sum = { retried: 0, skipped: 0 };
      let last: JobStatusDoc | undefined;
      const filter = {
        queue: queue.name,
        ...(runId === undefined ? {} : { runId }),
        ...(code === undefined ? {} : { 'error.code': code }),
      };
      for await (const page of recordPages('failed', filter, after)) {
        const records = page.slice(0, limit - sum.retried - sum.skipped);
        if (records.length === 0) return withCursor(sum, last);
        const retryable = await withoutCancelledRuns(records);
        const pending = await Promise.all(retryable.map(pendingJob));
        const free = oneForEachUser(retryable.filter((_, position) => pending[position] === null));
        const before = sum.retried;
        const { claimed, duplicates } = await retry(free, requestId, (position) =>
          turnOf(before + position, ratePerSecond),
        );
        const retried = claimed.length - duplicates;
        sum.retried += retried;
        sum.skipped += records.length - retried;
        last = records.at(-1);
        if (records.length < page.length) return withCursor(sum, last);
      }
      return sum;
    },
  };
}

async function duplicateOf(jobId: string): Promise<string> {
  const record = await JobStatusModel.findById(jobId, { duplicateOf: 1 }).lean();
  return record?.duplicateOf ?? 'its record has expired';
}

/** When the n-th job may begin, in milliseconds from now. */
function turnOf(position: number, ratePerSecond: number | undefined): number {
  return ratePerSecond === undefined ? 0 : Math.floor((position * 1_000) / ratePerSecond);
}

function withCursor(part: RetriedPart, last: JobStatusDoc | undefined): RetriedPart {
  return last === undefined ? part : { ...part, nextCursor: encodeCursor(last) };
}

/** Of several failed jobs that would make each other duplicates, the newest. */
function oneForEachUser(records: readonly JobStatusDoc[]): JobStatusDoc[] {
  const newest = new Map<string, JobStatusDoc>();
  for (const record of records) {
    const other = newest.get(record.deduplicationId);
    if (other === undefined || other.runSeq < record.runSeq) {
      newest.set(record.deduplicationId, record);
    }
  }
  return [...newest.values()];
}

async function withoutCancelledRuns(records: readonly JobStatusDoc[]): Promise<JobStatusDoc[]> {
  const runIds = [...new Set(records.map(({ runId }) => runId))];
  const cancelled = await RunModel.find(
    { _id: { $in: runIds }, status: 'cancelled' },
    { _id: 1 },
  ).lean();
  const ids = new Set(cancelled.map(({ _id }) => _id));
  return records.filter(({ runId }) => !ids.has(runId));
}

async function requireRetryable(record: JobStatusDoc, queueName: string): Promise<void> {
  if (record.status !== 'failed') throw notFailed(record._id, record.status);
  if (record.queue !== queueName) {
    throw new AppError(
      'NOT_RETRYABLE',
      `The job ${record._id} ran in the in-process batch, which knows no retries. Start a run.`,
    );
  }
  const run = await RunModel.findById(record.runId, { status: 1 }).lean<Pick<RunDoc, 'status'>>();
  if (run?.status === 'cancelled') {
    throw new AppError(
      'RUN_FINISHED',
      `The run ${record.runId} of this job was cancelled. Start a new run for the user.`,
    );
  }
}

function notFailed(jobId: string, status: string): AppError {
  return new AppError(
    'JOB_NOT_FAILED',
    `The job ${jobId} is ${status}: only failed jobs are retried.`,
    {
      details: { status },
    },
  );
}

function jobPending(record: JobStatusDoc, pending: string): AppError {
  return new AppError(
    'JOB_PENDING',
    `The user has a job pending already: ${pending}. It does the same work; wait for it.`,
    { details: { jobId: pending, userId: record.userId.toHexString() } },
  );
}
