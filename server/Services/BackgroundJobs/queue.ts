import { type BulkJobOptions, Queue } from 'bullmq';
import type { RedisConnection } from '../../config/queueRedisConn.ts';
import { AppError } from '../../errors/AppError.ts';
import type { Admission } from './queues/admission.ts';
import { FIELDS, keysOf, LOCK, PLACES } from './queues/bullmqLayout.ts';
import { CANARY, CANARY_OPTIONS } from './queues/canary.ts';
import {
  type Envelope,
  type EnvelopeReading,
  queueJobId,
  storedEnvelope,
} from './queues/envelope.ts';
import type { JobOptions } from './queues/jobDefinition.ts';
import { type JobsAtWork, jobsAtWork } from './queues/lockless.ts';
import * as contents from './queues/queueContents.ts';
import { withRedis } from './queues/redisErrors.ts';
import { readRedisFacts, tooFull } from './queues/redisFacts.ts';
import { remove } from './queues/removal.ts';
import { steer } from './queues/steer.ts';

/** A job on its way into Redis. */
export interface QueueEntry {
  envelope: Envelope;
  deduplicationId: string | null;
  /** How long it waits in the queue before a worker may take it, if that is more than its `runAt`. */
  delayMs?: number;
}

/** What Redis shows of one job. */
export type QueuedJob =
  | { state: 'unknown' }
  | {
      state: 'pending';
      attempts: number;
      starts: number;
      /** Starts that ended with their worker. */
      crashes: number;
    }
  | {
      state: 'completed' | 'failed';
      attempts: number;
      starts: number;
      startedAt: Date | null;
      finishedAt: Date;
      worker: string | null;
      result: unknown;
      failedReason: string;
      failures: string[];
    };

/** A pending job as the queue holds it. */
export interface PendingJob {
  queueId: string;
  reading: EnvelopeReading;
  deduplicationId: string | null;
}

/** Where the queue's pending jobs are. `waiting` holds paused and prioritized ones too. */
export interface PendingCounts {
  waiting: number;
  active: number;
  delayed: number;
}

/** What all workers of a queue are held to. */
export interface Steering {
  paused: boolean;
  /** Jobs at once over all workers; null for no limit. */
  maxConcurrency: number | null;
  /** At most `max` jobs may begin in `durationMs`; null for no limit. */
  rate: { max: number; durationMs: number } | null;
}

/**
 * One named queue as the rest of the product uses it. Every method rejects with
 * `REDIS_UNAVAILABLE` within the command timeout while Redis is away, and with
 * `REDIS_PERMISSION_DENIED` or `REDIS_PREFIX_TAKEN` while it is not for this installation to use.
 */
export interface JobQueue {
  readonly name: string;
  /** Adds in one round trip. Answers, in order, the id that now stands for each job: another id
   * than asked for is the live job that deduplication found. */
  add(entries: readonly QueueEntry[]): Promise<string[]>;
  pendingCounts(): Promise<PendingCounts>;
  /** How many jobs completed within this time, or as long as Redis keeps finished ones. */
  completedOfLate(withinMs?: number): Promise<number>;
  /** The jobs that are held for being at work, and whether a worker has them. */
  jobsAtWork(): Promise<JobsAtWork>;
  /** Whether a run's jobs may be added: rejects with `REDIS_NEARLY_FULL` from 80 % of Redis'
   * memory on, because a Redis that is full stops the workers too. */
  requireRoom(): Promise<void>;
  /** What Redis knows of these queue ids, in order. */
  look(queueIds: readonly string[]): Promise<QueuedJob[]>;
  /** The places of these queue ids, in order: waiting, active, delayed, completed, failed, unknown. */
  places(queueIds: readonly string[]): Promise<string[]>;
  /** The queue id of the job that holds this deduplication id. */
  holderOf(deduplicationId: string): Promise<string | null>;
  /** Removes jobs that no worker has. Answers, in order: false if one has it, or it has ended; a job
   * that is not there is gone. */
  remove(queueIds: readonly string[]): Promise<boolean[]>;
  /** The pending jobs, in pages. */
  pendingPage(start: number, size: number): Promise<PendingJob[]>;
  /** The queue ids of jobs that ended after this instant (epoch ms), in pages; empty at the end. */
  endedPage(since: number, start: number, size: number): Promise<string[]>;
  /** Takes away the locks of the jobs that a worker had at work, by its name: only for one whose
   * process is gone. @returns how many; the next check for stalled jobs finds them. */
  releaseLocksOf(worker: string): Promise<number>;
  isPaused(): Promise<boolean>;
  /** Brings pause and limits in Redis to these. @returns whether anything had to change. */
  steer(to: Steering): Promise<boolean>;
  /** Whether no job may begin now because of a limit over all workers. */
  isAtItsLimit(): Promise<boolean>;
  /** Whether a worker could take a job now, be it a canary. */
  hasTakeableJob(): Promise<boolean>;
  /** Since when the oldest waiting job has been there; null when none waits. */
  oldestWaitingSince(): Promise<Date | null>;
  /** Adds the queue's canary; one that is there already stays the only one. */
  sendCanary(): Promise<void>;
  close(): Promise<void>;
}

/** How the jobs of a kind are tried, as far as the queue must know it. */
export type OptionsOfKind = (kind: string) => Pick<JobOptions, 'attempts' | 'retryDelayMs'>;

interface QueueSettings {
  prefix: string;
  keepFinishedMs: number;
  /** Whether Redis may be used: nothing is asked of it otherwise. Without, it may. */
  admission?: Pick<Admission, 'require'> | undefined;
}

/**
 * Opens a queue on a connection made for producers. It adds, looks and removes; it never consumes.
 * @param optionsOf also of a kind that this process does not know: an older one left it here.
 */
export function openQueue(
  name: string,
  optionsOf: OptionsOfKind,
  redis: RedisConnection,
  { prefix, keepFinishedMs, admission }: QueueSettings,
): JobQueue {
  const queue = new Queue(name, {
    connection: redis,
    prefix,
    skipVersionCheck: true,
    skipWaitingForReady: true,
    skipMetasUpdate: true,
    defaultJobOptions: {
      removeOnComplete: { age: Math.ceil(keepFinishedMs / 1000) },
      removeOnFail: { age: Math.ceil(keepFinishedMs / 1000) },
    },
  });
  // Connection errors are the connection's to log; an unheard 'error' would end the process.
  queue.on('error', () => undefined);

  const ask = <Answer>(command: () => Promise<Answer>) =>
    withRedis(async () => {
      admission?.require();
      return command();
    });
  return {
    name,
    add: (entries) => ask(() => add(queue, optionsOf, entries)),
    pendingCounts: () => ask(() => contents.pendingCounts(queue, redis)),
    completedOfLate: (withinMs = keepFinishedMs) =>
      ask(() => contents.completedSince(queue, redis, Date.now() - withinMs)),
    jobsAtWork: () => ask(() => jobsAtWork(redis, keysOf(prefix, name))),
    requireRoom: () => ask(() => requireRoom(redis)),
    look: (queueIds) => ask(() => Promise.all(queueIds.map((id) => contents.look(queue, id)))),
    places: (queueIds) => ask(() => contents.places(queue, redis, queueIds)),
    holderOf: (id) => ask(() => queue.getDeduplicationJobId(id)),
    remove: (queueIds) => ask(() => remove(queue, redis, queueIds)),
    pendingPage: (start, size) => ask(() => contents.pendingPage(queue, start, size)),
    endedPage: (since, start, size) =>
      ask(() => contents.endedPage(queue, redis, { since, start, size })),
    releaseLocksOf: (worker) => ask(() => releaseLocksOf(queue, redis, worker)),
    isPaused: () => ask(() => queue.isPaused()),
    steer: (to) => ask(() => steer(queue, to)),
    isAtItsLimit: () => ask(() => contents.isAtItsLimit(queue)),
    hasTakeableJob: () => ask(() => contents.hasTakeableJob(queue)),
    oldestWaitingSince: () => ask(() => contents.oldestWaitingSince(queue)),
    sendCanary: () =>
      ask(async () => {
        await queue.add(CANARY, {}, CANARY_OPTIONS);
      }),
    close: () => queue.close(),
  };
}

async function add(
  queue: Queue,
  optionsOf: OptionsOfKind,
  entries: readonly QueueEntry[],
): Promise<string[]> {
  const now = Date.now();
  const jobs = await queue.addBulk(
    entries.map((entry) => ({
      name: entry.envelope.kind,
      data: storedEnvelope(entry.envelope),
      opts: optionsOfEntry(entry, optionsOf, now),
    })),
  );
  return jobs.map((job) => String(job.id));
}

function optionsOfEntry(
  { envelope, deduplicationId, delayMs = 0 }: QueueEntry,
  optionsOf: OptionsOfKind,
  now: number,
): BulkJobOptions {
  const { attempts, retryDelayMs } = optionsOf(envelope.kind);
  const tries = Math.max(1, (envelope.maxAttempts ?? attempts) - (envelope.spent ?? 0));
  const delay = Math.max(delayMs, (envelope.runAt ?? 0) - now);
  return {
    jobId: queueJobId(envelope.jobId, envelope.generation),
    attempts: tries,
    backoff: { type: 'exponential', delay: retryDelayMs },
    stackTraceLimit: tries,
    ...(deduplicationId === null ? {} : { deduplication: { id: deduplicationId } }),
    ...(delay > 0 ? { delay } : {}),
    // Jobs without one go before all others, and of the others the lowest number goes first.
    ...(envelope.priority === null ? {} : { priority: envelope.priority }),
  };
}

async function requireRoom(redis: RedisConnection): Promise<void> {
  const percent = tooFull(await readRedisFacts(redis));
  if (percent === null) return;
  throw new AppError(
    'REDIS_NEARLY_FULL',
    `Redis has used ${percent} % of its maxmemory, and above 80 % nothing new is begun. ` +
      'Raise maxmemory, or wait until the jobs there are done.',
  );
}

/** In one step, so that a job another worker has since taken keeps its lock. */
const RELEASE_LOCKS = `
local released = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if redis.call('HGET', KEYS[2] .. id, '${FIELDS.worker}') == ARGV[1] then
    released = released + redis.call('DEL', KEYS[2] .. id .. '${LOCK}')
  end
end
return released`;

async function releaseLocksOf(
  queue: Queue,
  redis: RedisConnection,
  worker: string,
): Promise<number> {
  const keys = [queue.toKey(PLACES.active), queue.toKey('')];
  return Number(await redis.eval(RELEASE_LOCKS, keys.length, ...keys, worker));
}
