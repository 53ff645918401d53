import { randomUUID } from 'node:crypto';
import { AppError } from '../../../errors/AppError.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { entryOfRecord } from '../enqueuing/entries.ts';
import { claimNextGeneration } from '../enqueuing/generation.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import { jobIdOf } from '../queues/envelope.ts';
import { recordPages } from '../recording/recordPages.ts';
import { claimsMade, unseal } from '../runs/seal.ts';
import type { Administration, RetriedPart } from './administration.ts';
import { decodeCursor, encodeCursor } from './positionCursor.ts';

interface RetryOptions {
  lanes: Lanes;
  batchSize: number;
}

/** Puts failed jobs into the queue anew, on the path that all jobs take. */
export function createRetries({
  lanes,
  batchSize,
}: RetryOptions): Pick<Administration, 'retryJob' | 'retryFailed'> {
  /** @returns the live job that would make this one its duplicate, if there is one. */
  async function pendingJob(record: JobStatusDoc): Promise<string | null> {
    const { kind, unique, deduplicationId, queue } = record;
    if (unique !== null) {
      const holder = await JobStatusModel.findOne({ kind, uniqueHeld: unique }, { _id: 1 }).lean();
      return holder?._id ?? null;
    }
    if (deduplicationId === null) return null;
    const holder = await lanes.of(queue).queue.holderOf(deduplicationId);
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
    const runIds = runsOf(records);
    const token = randomUUID();
    for (const runId of runIds) await unseal(runId, token);
    const claimed = await claimNextGeneration(records, { hand: true, requestId });
    await claimsMade(runIds, token);
    const turns = new Map(claimed.map(({ _id }, position) => [_id, delayMs(position)]));
    let duplicates = 0;
    for (const { queue, outbox } of lanes) {
      const entries = claimed
        .filter((record) => record.queue === queue.name)
        .map((record) => ({ ...entryOfRecord(record), delayMs: turns.get(record._id) ?? 0 }));
      duplicates += (await outbox.enqueue(entries, batchSize)).duplicates;
    }
    return { claimed, duplicates };
  }

  /** Between the look and the claim another job of its `unique` came, or another retry. */
  async function whyNotClaimed(record: JobStatusDoc): Promise<AppError> {
    const pending = record.unique === null ? null : await pendingJob(record);
    if (pending !== null && pending !== record._id) return jobPending(record, pending);
    const now = await JobStatusModel.findById(record._id, { status: 1 }).lean();
    return notFailed(record._id, now?.status ?? 'expired');
  }

  return {
    async retryJob(jobId, requestId) {
      const record = await JobStatusModel.findById(jobId).lean<JobStatusDoc>();
      if (record === null) throw new AppError('NOT_FOUND', `There is no job ${jobId}.`);
      await requireRetryable(record, lanes);
      const pending = await pendingJob(record);
      if (pending !== null) throw jobPending(record, pending);
      const { claimed: all, duplicates } = await retry([record], requestId);
      const [claimed] = all;
      if (claimed === undefined) throw await whyNotClaimed(record);
      if (duplicates > 0) throw jobPending(record, await duplicateOf(jobId));
      return { jobId, generation: claimed.generation };
    },

    async retryFailed({ runId, code, limit, cursor, ratePerSecond, requestId }) {
      const after = cursor === undefined ? undefined : decodeCursor(cursor, 'body');
      await requireRoom(lanes);
      const sum = { retried: 0, skipped: 0 };
      let last: JobStatusDoc | undefined;
      const filter = {
        queue: { $in: [...lanes].map(({ queue }) => queue.name) },
        ...(runId === undefined ? {} : { runId }),
        ...(code === undefined ? {} : { 'error.code': code }),
      };
      for await (const page of recordPages('failed', filter, after)) {
        const left = limit - sum.retried - sum.skipped;
        if (left === 0) return withCursor(sum, last);
        // Retried by another meanwhile, one may have failed again for another cause.
        const alike = page.filter(({ error }) => code === undefined || error?.code === code);
        const records = alike.slice(0, left);
        const retryable = await withoutCancelledRuns(records);
        const pending = await Promise.all(retryable.map(pendingJob));
        const free = oneForEachWork(retryable.filter((_, position) => pending[position] === null));
        const before = sum.retried;
        const { claimed, duplicates } = await retry(free, requestId, (position) =>
          turnOf(before + position, ratePerSecond),
        );
        const retried = claimed.length - duplicates;
        sum.retried += retried;
        sum.skipped += records.length - retried;
        last = records.at(-1) ?? last;
        if (records.length < alike.length) return withCursor(sum, last);
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

/** The newest of several failed jobs that would make each other duplicates. */
function oneForEachWork(records: readonly JobStatusDoc[]): JobStatusDoc[] {
  const newest = new Map<string, JobStatusDoc>();
  for (const record of records) {
    const { _id, kind, unique, deduplicationId } = record;
    const work = JSON.stringify([kind, unique ?? deduplicationId ?? _id]);
    const other = newest.get(work);
    if (other === undefined || other.runSeq < record.runSeq) newest.set(work, record);
  }
  return [...newest.values()];
}

/** The runs that these jobs are of, each once. */
function runsOf(records: readonly JobStatusDoc[]): string[] {
  return [...new Set(records.flatMap(({ runId }) => runId ?? []))];
}

/** All queues are in one Redis: any of them can tell. */
async function requireRoom(lanes: Iterable<Lane>): Promise<void> {
  for (const { queue } of lanes) return queue.requireRoom();
}

async function withoutCancelledRuns(records: readonly JobStatusDoc[]): Promise<JobStatusDoc[]> {
  const runIds = runsOf(records);
  const cancelled = await RunModel.find(
    { _id: { $in: runIds }, status: 'cancelled' },
    { _id: 1 },
  ).lean();
  const ids = new Set(cancelled.map(({ _id }) => _id));
  return records.filter(({ runId }) => runId === null || !ids.has(runId));
}

async function requireRetryable(record: JobStatusDoc, lanes: Lanes): Promise<void> {
  if (record.status !== 'failed') throw notFailed(record._id, record.status);
  const run = await RunModel.findById(record.runId, { status: 1, mode: 1 }).lean<
    Pick<RunDoc, 'status' | 'mode'>
  >();
  if (run?.mode === 'legacy') {
    throw new AppError(
      'NOT_RETRYABLE',
      `The job ${record._id} ran in the in-process batch, which knows no retries. Start a run.`,
    );
  }
  if (lanes.find(record.queue) === undefined) {
    throw new AppError(
      'NOT_RETRYABLE',
      `The queue ${record.queue} of the job ${record._id} is not in the catalogue of this version.`,
    );
  }
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
    `A job is pending already that does the same work: ${pending}. Wait for it.`,
    {
      details: {
        jobId: pending,
        ...(record.userId === null ? {} : { userId: record.userId.toHexString() }),
      },
    },
  );
}
