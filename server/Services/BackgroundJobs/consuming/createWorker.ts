import type { Job } from 'bullmq';
import { inTime } from '../../../config/inTime.ts';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import type { Admission } from '../queues/admission.ts';
import { keysOf } from '../queues/bullmqLayout.ts';
import { CANARY } from '../queues/canary.ts';
import { jobIdOf } from '../queues/envelope.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import type { JobNotes } from '../recording/jobNotes.ts';
import type { Recorder } from '../recording/recorder.ts';
import { claimStart, type JobRecord } from '../recording/writeRecords.ts';
import { openBullWorker } from './bullWorker.ts';
import { isToBeCancelled } from './cancelIntents.ts';
import { CancelledByAdmin, createConsequences } from './consequences.ts';
import { countCrashes } from './crashes.ts';
import { HandedBack } from './deadline.ts';
import { createDependencyGate } from './dependencyGate.ts';
import { execute, type InJobContext, type ServedJob } from './execute.ts';
import type { FailureOf } from './failureText.ts';
import { holdLocks } from './heldLocks.ts';
import type { JobLog } from './jobLog.ts';
import { createSuspects } from './suspects.ts';
import { startThroughputLog } from './throughputLog.ts';
import { hearWorker } from './workerEvents.ts';

export interface WorkerSettings {
  prefix: string;
  lockMs: number;
  stalledCheckMs: number;
  maxCrashes: number;
}

interface WorkerOptions {
  /** The queue's name. */
  queue: string;
  /** The kinds of jobs that stand in it. */
  jobs: readonly ServedJob[];
  concurrency: number;
  /** How long the records of finished jobs are kept. */
  retentionDays: RetentionDays;
  settings: WorkerSettings;
  redis: RedisConnection;
  recorder: Recorder;
  notes: JobNotes;
  failureOf: FailureOf;
  /** Under which name the worker stands in the jobs' records. */
  name: string;
  log: JobLog;
  inContext: InJobContext;
  /** No job is taken before Redis may be used, nor while it must not be. */
  admission: Pick<Admission, 'onAdmitted' | 'onRefused'>;
  /** Settles when all dependencies answer and take writes; no job is taken before. */
  whenDependenciesAnswer: () => Promise<void>;
  /** Whether all dependencies answer and take writes at this moment; never rejects. */
  dependenciesAnswer: () => Promise<boolean>;
  /** Called when the queue's canary, sent at that instant, has gone through this worker. */
  onCanary: (sentAt: Date) => void;
  /** Whether an administrator wants this job cancelled, as far as it is known here. */
  isCancelled: (jobId: string) => boolean;
  /** The database's clock, epoch milliseconds: what is due at a certain time goes by it. */
  now: () => number;
  /** Whether a start must ask its record whether it may begin. */
  mustAsk: () => boolean;
}

/** What a worker does at this moment. */
export interface WorkerActivity {
  /** Jobs at work. */
  running: number;
  /** Jobs taken since its start, canaries too. */
  taken: number;
  /** Jobs whose work was begun since its start, no canaries. */
  begun: number;
  /** Attempts of these that ended, completed or failed: a job that was handed back has not. */
  ended: number;
  /** Jobs of these that completed. */
  completed: number;
  /** Epoch milliseconds of when it last saw its queue empty; of now, while it waits for jobs. */
  sawEmptyAt: number;
  /** Whether it takes none on purpose, because a dependency is away. */
  suspended: boolean;
  lastCompletedAt: Date | null;
}

/** One worker of one queue. */
export interface QueueWorker {
  readonly queue: string;
  activity(): WorkerActivity;
  /** Jobs at once from now on. @returns whether that is another number than before. */
  limit(concurrency: number): boolean;
  /** Ends the work of the jobs that `isCancelled` now names. */
  endCancelled(): void;
  /**
   * Takes no more jobs; those at work may end within the grace, then they are handed back.
   * @returns whether none was left at work, as far as Redis took what became of them.
   */
  stop(graceMs: number): Promise<boolean>;
}

const THROUGHPUT_EVERY_MS = 10_000;
const HAND_BACK_MS = 2_000;
const STOPPING = 'The worker is stopping.';
/** A job that so often in a row was not even begun is one that workers cannot receive and live. */
const UNRECEIVED_STARTS = 20;

/**
 * Starts a worker that takes jobs as soon as Redis may be used. Outcomes go to the recorder as Redis
 * acknowledges them.
 */
export function createWorker(worker: WorkerOptions): QueueWorker {
  const { queue, settings, recorder, notes, log } = worker;
  const jobs = new Map(worker.jobs.map((job) => [job.definition.kind, job]));
  const counts = { running: 0, taken: 0, begun: 0, ended: 0, completed: 0 };
  let seesEmpty = true;
  let sawEmptyAt = 0;
  let lastCompletedAt: Date | null = null;
  const stopping = new AbortController();
  const settledHere = new WeakSet<Job>();
  /** What ends each job's work early. */
  const atWork = new Map<Job, AbortController>();

  const keyOf = keysOf(settings.prefix, queue);
  const suspects = createSuspects({
    crashCount: countCrashes({ redis: worker.redis, keyOf }),
    maxCrashes: settings.maxCrashes,
  });
  const throughput = startThroughputLog(queue, THROUGHPUT_EVERY_MS, log);
  const locks = holdLocks({ redis: worker.redis, keyOf, lockMs: settings.lockMs });
  const bullWorker = openBullWorker(
    queue,
    (job, token) => locks.during(job, token, () => process(job, token)),
    {
      connection: worker.redis,
      prefix: settings.prefix,
      name: worker.name,
      concurrency: worker.concurrency,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledCheckMs,
      maxStalledCount: settings.maxCrashes + UNRECEIVED_STARTS,
      drainDelay: 5,
      runRetryDelay: 1_000,
    },
    (opened) =>
      hearWorker(opened, {
        ...{ queue, recorder, notes, throughput, log },
        isSettled: (job) => settledHere.has(job),
        onCanary: worker.onCanary,
        onEnded(how) {
          counts.ended += 1;
          if (how !== 'failed') counts.completed += 1;
          if (how === 'completed') lastCompletedAt = new Date();
        },
        onEmpty() {
          seesEmpty = true;
        },
        onRefused: (error) => gate.shut(error),
      }),
  );
  const gate = createDependencyGate({
    worker: bullWorker,
    admission: worker.admission,
    whenDependenciesAnswer: worker.whenDependenciesAnswer,
    stopping: stopping.signal,
    log,
  });
  const settleOrThrow = createConsequences({
    ...{ jobs, recorder, notes, log, now: worker.now },
    failureOf: worker.failureOf,
    retentionDays: worker.retentionDays,
    dependenciesAnswer: worker.dependenciesAnswer,
    onDependencyAway: gate.shut,
  });

  async function process(job: Job, token: string | undefined): Promise<unknown> {
    counts.taken += 1;
    if (seesEmpty) sawEmptyAt = Date.now();
    seesEmpty = false;
    if (job.name === CANARY && !gate.isShut()) return null;
    counts.running += 1;
    counts.begun += 1;
    const control = new AbortController();
    atWork.set(job, control);
    try {
      const crashes = await suspects.crashesOf(job);
      // A look for jobs that was under way when taking them was suspended still brings one.
      if (gate.isShut()) throw new HandedBack('A dependency is away.');
      // Taken in the moment in which those at work were told.
      if (stopping.signal.aborted) throw new HandedBack(STOPPING);
      if (worker.isCancelled(jobIdOf(String(job.id)))) throw new CancelledByAdmin();
      await suspects.begin(job, crashes);
      return await executeJob(job, control.signal);
    } catch (error) {
      await settleOrThrow(error, job, token);
      forget(job);
      return null;
    } finally {
      counts.running -= 1;
      atWork.delete(job);
      suspects.end(job);
    }
  }

  function executeJob(job: Job, stop: AbortSignal): Promise<unknown> {
    return execute(
      {
        kind: job.name,
        data: job.data,
        start: job.attemptsStarted,
        attempt: job.attemptsMade + 1,
        startedAt: new Date(job.processedOn ?? Date.now()),
      },
      {
        ...{ jobs, recorder, notes, log, stop, now: worker.now },
        claim: (record) => claimOrForget(record, job),
        mustClaim: worker.mustAsk(),
        inContext: worker.inContext,
        worker: worker.name,
      },
    );
  }

  /**
   * Claims a start. One that is refused ends without its work being done: Redis, which would keep it
   * as completed, forgets it.
   */
  async function claimOrForget(record: JobRecord, job: Job): Promise<boolean> {
    const claimed = await claimStart(record);
    if (!claimed && (await isToBeCancelled(record.jobId))) throw new CancelledByAdmin();
    if (!claimed) forget(job);
    return claimed;
  }

  /** The record says already what became of it: its end in Redis says nothing, and is not kept. */
  function forget(job: Job): void {
    settledHere.add(job);
    job.opts.removeOnComplete = true;
  }

  return {
    queue,
    activity: () => ({
      ...{ ...counts, lastCompletedAt },
      sawEmptyAt: seesEmpty ? Date.now() : sawEmptyAt,
      suspended: gate.isSuspended(),
    }),
    limit: bullWorker.limit,
    endCancelled() {
      for (const [job, control] of atWork) {
        if (!worker.isCancelled(jobIdOf(String(job.id)))) continue;
        control.abort(new CancelledByAdmin());
      }
    },
    async stop(graceMs) {
      throughput.stop();
      const closed = bullWorker.close().then(() => true);
      if (await inTime(closed, graceMs, false)) return !gate.isShut();
      stopping.abort();
      for (const control of atWork.values()) {
        control.abort(new HandedBack(STOPPING));
      }
      if (await inTime(closed, HAND_BACK_MS, false)) return !gate.isShut();
      log.warn('The worker did not close in time; its jobs go to others when their locks end', {
        queue,
        running: counts.running,
      });
      return false;
    },
  };
}
