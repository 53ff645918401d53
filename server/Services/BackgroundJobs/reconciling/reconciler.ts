import { storeTime } from '../../../models/serverFacts.ts';
import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { recordOfEnded } from '../consuming/jobRecords.ts';
import { entryOfRecord } from '../enqueuing/entries.ts';
import { claimNextGeneration } from '../enqueuing/generation.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import { queueJobId } from '../queues/envelope.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import { duePages, recordPages } from '../recording/recordPages.ts';
import { PENDING_STATES } from '../recording/states.ts';
import { type JobRecord, writeRecords } from '../recording/writeRecords.ts';
import { cancelRecords } from '../runs/cancel.ts';
import { isBeingEnqueued, isBeyondCheckpoint } from '../runs/checkpoint.ts';
import { removeOrAdoptStrays } from './strays.ts';

export interface ReconcilerOptions {
  lanes: Lanes;
  /** Records younger than this are left to those who are at work on them. */
  graceMs: number;
  retentionDays: RetentionDays;
  batchSize: number;
  log: JobLog;
  /** Only those that are due at a certain time, what is due first before all others. */
  timed?: boolean;
  /** Only so many records of each state, the oldest, and no look for strays; all if absent. */
  oldest?: number;
  /** Ends a pass after the page under way, when its process stops. */
  signal?: AbortSignal;
}

/** What a pass did, in jobs. */
export interface Reconciliation {
  looked: number;
  recorded: number;
  readded: number;
  duplicates: number;
  cancelled: number;
  adopted: number;
  removed: number;
}

/**
 * Makes records and queues agree, page by page: first reads Redis, then claims the record as it
 * was read, then acts. An outcome that Redis holds is recorded; a job that Redis has lost is put
 * in anew; a job of a cancelled run is cancelled; a job without a record is adopted or removed.
 * @throws AppError `REDIS_UNAVAILABLE` midway when Redis goes away; what was done stands.
 */
export async function reconcile(options: ReconcilerOptions): Promise<Reconciliation> {
  const { lanes, graceMs, log } = options;
  const sum: Reconciliation = {
    looked: 0,
    recorded: 0,
    readded: 0,
    duplicates: 0,
    cancelled: 0,
    adopted: 0,
    removed: 0,
  };
  const isTimed = options.timed === true;
  const ageFilter = { updatedAt: { $lt: new Date(Date.now() - graceMs) } };
  for (const status of PENDING_STATES) {
    let left = options.oldest ?? Number.POSITIVE_INFINITY;
    for await (const page of isTimed ? duePages(status) : recordPages(status, ageFilter)) {
      if (options.signal?.aborted) return sum;
      // While a long look goes on, what was too young at its beginning becomes old enough.
      const oldEnough = Date.now() - graceMs;
      const there = page.filter(({ updatedAt }) => updatedAt.getTime() < oldEnough);
      for (const lane of lanes) {
        const records = there.filter(({ queue }) => queue === lane.queue.name);
        if (records.length > 0) await reconcileRecords(records, lane, options, sum);
      }
      left -= page.length;
      if (left <= 0) break;
    }
  }
  // A look at timed jobs, or at the oldest each minute, cannot wait for a look through all that Redis holds.
  const isPart = isTimed || options.oldest !== undefined;
  for (const lane of isPart ? [] : lanes) {
    const { adopted, removed } = await removeOrAdoptStrays(lane, options.signal);
    sum.adopted += adopted;
    sum.removed += removed;
  }
  const { looked, ...done } = sum;
  if (Object.values(done).some((jobs) => jobs > 0)) log.info('Reconciled', { looked, ...done });
  return sum;
}

async function reconcileRecords(
  page: readonly JobStatusDoc[],
  { queue, outbox }: Lane,
  { retentionDays, batchSize }: ReconcilerOptions,
  sum: Reconciliation,
): Promise<void> {
  const jobs = await queue.look(page.map(({ _id, generation }) => queueJobId(_id, generation)));
  const now = await storeTime();
  const runs = await runsOf(page);
  const ended: JobRecord[] = [];
  const lost: JobStatusDoc[] = [];
  const toCancel: JobStatusDoc[] = [];
  for (const [position, record] of page.entries()) {
    const job = jobs[position];
    const run = runs.get(record.runId ?? '');
    if (job === undefined) continue;
    const hasEnded = job.state === 'completed' || job.state === 'failed';
    // Redis came back without its last second: what it holds is of a start before the record's.
    if (hasEnded && job.starts < record.starts) {
      if (record.cancelRequestedAt === undefined) lost.push(record);
    } else if (hasEnded) {
      ended.push(recordOfEnded(record, job));
    } else if (record.cancelRequestedAt !== undefined) {
      // Cancelled by whoever has it, or as soon as nobody can be putting it in any more.
    } else if (run?.status === 'cancelled') {
      if (!isBeingEnqueued(record, run, now)) toCancel.push(record);
    } else if (job.state === 'unknown' && !isProducers(record, run)) {
      lost.push(record);
    }
  }
  sum.looked += page.length;
  sum.recorded += (await writeRecords(ended, retentionDays)).written;
  sum.cancelled += await cancelRecords(toCancel, { queue, retentionDays });
  const claimed = await claimNextGeneration(lost);
  const { enqueued, duplicates } = await outbox.enqueue(claimed.map(entryOfRecord), batchSize);
  sum.readded += enqueued;
  sum.duplicates += duplicates;
}

type RunState = Pick<RunDoc, '_id' | 'kind' | 'status' | 'checkpoint' | 'lease'>;

async function runsOf(page: readonly JobStatusDoc[]): Promise<Map<string, RunState>> {
  const runIds = [...new Set(page.flatMap(({ runId }) => runId ?? []))];
  if (runIds.length === 0) return new Map();
  const runs = await RunModel.find(
    { _id: { $in: runIds } },
    { kind: 1, status: 1, checkpoint: 1, lease: 1 },
  ).lean<RunState[]>();
  return new Map(runs.map((run) => [run._id, run]));
}

/**
 * Whether a record is of a page that its run's producer, or who resumes it, has yet to enqueue: were
 * it put in anew from here too, the two would be at the same page with two generations.
 */
function isProducers(record: JobStatusDoc, run: RunState | undefined): boolean {
  return run?.status === 'enumerating' && isBeyondCheckpoint(record, run);
}
