import type { Job, JobType, Queue } from 'bullmq';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { FIELDS, LOCK, PLACES } from './bullmqLayout.ts';
import { CANARY } from './canary.ts';
import { readEnvelope } from './envelope.ts';
import type { PendingCounts, PendingJob, QueuedJob } from './jobQueue.ts';
import { HALF_REMOVED } from './removal.ts';

// What a queue holds, read through BullMQ where it has a way of constant cost. What each answers is
// said by the method of JobQueue that has its name.

const PENDING = ['waiting', 'prioritized', 'delayed', 'active'] as const;

/** Without the canary: it is asked for in the same breath. */
export async function pendingCounts(queue: Queue, redis: RedisConnection): Promise<PendingCounts> {
  const [counts, [canary]] = await Promise.all([
    queue.getJobCounts(...PENDING),
    places(queue, redis, [CANARY]),
  ]);
  const count = (type: (typeof PENDING)[number]) => counts[type] ?? 0;
  const pending = {
    waiting: count('waiting') + count('prioritized'),
    active: count('active'),
    delayed: count('delayed'),
  };
  if (canary === 'waiting' || canary === 'active' || canary === 'delayed') {
    pending[canary] = Math.max(0, pending[canary] - 1);
  }
  return pending;
}

export function completedSince(
  queue: Queue,
  redis: RedisConnection,
  since: number,
): Promise<number> {
  return redis.zcount(queue.toKey(PLACES.completed), since, '+inf');
}

export async function hasTakeableJob(queue: Queue): Promise<boolean> {
  const [counts, paused, limited] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized'),
    queue.isPaused(),
    isAtItsLimit(queue),
  ]);
  return !paused && !limited && (counts.waiting ?? 0) + (counts.prioritized ?? 0) > 0;
}

/** Whether no job may begin now because of a limit over all workers: of jobs at once, or of a rate. */
export async function isAtItsLimit(queue: Queue): Promise<boolean> {
  const [maxed, waitMs] = await Promise.all([queue.isMaxed(), queue.getRateLimitTtl()]);
  return maxed || waitMs > 0;
}

export async function oldestWaitingSince(queue: Queue): Promise<Date | null> {
  // Two of each kind, because one may be the canary.
  const jobs: (Job | undefined)[] = await queue.getJobs(['waiting', 'prioritized'], 0, 1, true);
  const times = jobs.flatMap((job) =>
    job === undefined || job.name === CANARY ? [] : [waitingSince(job)],
  );
  return times.length === 0 ? null : new Date(Math.min(...times));
}

/** One that was delayed, or that a worker had before, has not waited since it was added. */
function waitingSince({ timestamp, opts, processedOn }: Job): number {
  return Math.max(timestamp + (opts.delay ?? 0), processedOn ?? 0);
}

export async function look(queue: Queue, queueId: string): Promise<QueuedJob> {
  const job: Job | undefined = await queue.getJob(queueId);
  if (job === undefined) return { state: 'unknown' };
  if (job.finishedOn === undefined) {
    return {
      state: 'pending',
      attempts: attemptsOf(job),
      starts: job.attemptsStarted,
      crashes: job.stalledCounter,
    };
  }
  return {
    state: (await job.isFailed()) ? 'failed' : 'completed',
    attempts: attemptsOf(job),
    starts: job.attemptsStarted,
    startedAt: job.processedOn === undefined ? null : new Date(job.processedOn),
    finishedAt: new Date(job.finishedOn),
    worker: job.processedBy ?? null,
    result: job.returnvalue,
    failedReason: job.failedReason ?? '',
    failures: job.stacktrace ?? [],
  };
}

/** All attempts that ended, including those before its work asked for a later time. */
function attemptsOf({ name, data, attemptsMade }: Job): number {
  const reading = readEnvelope(name, data);
  return attemptsMade + ((reading.state === 'read' && reading.envelope.spent) || 0);
}

/** Asks by keys of constant cost: BullMQ's own `getState` searches the whole waiting list. */
export async function places(
  queue: Queue,
  redis: RedisConnection,
  queueIds: readonly string[],
): Promise<string[]> {
  const pipeline = redis.pipeline();
  for (const id of queueIds) {
    pipeline.hget(queue.toKey(id), FIELDS.addedAt);
    pipeline.exists(queue.toKey(id) + LOCK);
    pipeline.zscore(queue.toKey(PLACES.delayed), id);
    pipeline.zscore(queue.toKey(PLACES.completed), id);
    pipeline.zscore(queue.toKey(PLACES.failed), id);
  }
  const replies = (await pipeline.exec()) ?? [];
  return queueIds.map((_, index) => {
    const [known, locked, delayed, completed, failed] = replies
      .slice(index * 5, index * 5 + 5)
      .map(([error, value]) => {
        if (error !== null) throw error;
        return value;
      });
    if (known === null) return 'unknown';
    if (locked === 1) return 'active';
    if (delayed !== null) return 'delayed';
    if (completed !== null) return 'completed';
    return failed !== null ? 'failed' : 'waiting';
  });
}

export async function pendingPage(
  queue: Queue,
  start: number,
  size: number,
): Promise<PendingJob[]> {
  const types: JobType[] = [...PENDING, HALF_REMOVED];
  const jobs: (Job | undefined)[] = await queue.getJobs(types, start, start + size - 1);
  return jobs
    .filter((job) => job !== undefined)
    .filter(({ name }) => name !== CANARY)
    .map((job) => ({
      queueId: String(job.id),
      reading: readEnvelope(job.name, job.data),
      deduplicationId: job.deduplicationId ?? null,
    }));
}

/** Completed ones and failed ones, one page of each: a page may be twice as long as asked for. */
export async function endedPage(
  queue: Queue,
  redis: RedisConnection,
  { since, start, size }: { since: number; start: number; size: number },
): Promise<string[]> {
  const pages = [PLACES.completed, PLACES.failed].map((set) =>
    redis.zrangebyscore(queue.toKey(set), since, '+inf', 'LIMIT', start, size),
  );
  return (await Promise.all(pages)).flat();
}
