import { DelayedError, type Job, UnrecoverableError, WaitingError, type Worker } from 'bullmq';
import { inTime } from '../../../config/inTime.ts';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { AppError } from '../../../errors/AppError.ts';
import { Cancelled } from '../jobs/outcomes.ts';
import type { Admission } from '../queues/admission.ts';
import { CANARY } from '../queues/canary.ts';
import { jobIdOf, readEnvelope } from '../queues/envelope.ts';
import { isForbidden, isRedisUnavailable, refusesWrites } from '../queues/redisErrors.ts';
import { claimStart, type JobRecord, type Recorder } from '../recording/recorder.ts';
import { postpone, recordCancelled } from '../recording/settle.ts';
import { openBullWorker } from './bullWorker.ts';
import { countCrashes, SUSPECT_AFTER_CRASHES } from './crashes.ts';
import { HandedBack } from './deadline.ts';
import {
  belongsTo,
  execute,
  type InJobContext,
  NotYetDue,
  NotYetKnown,
  type ServedJob,
} from './execute.ts';
import { CRASHED_TOO_OFTEN, type FailureOf, failureText } from './failureText.ts';
import { holdLocks } from './heldLocks.ts';
import type { JobLog } from './jobLog.ts';
import { recordOfEvent } from './jobRecords.ts';
import { gaveUp, laterTime } from './laterTime.ts';
import { type Outcome, outcomeOf } from './outcomes.ts';
import { startThroughputLog } from './throughputLog.ts';

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
  retentionDays: number;
  settings: WorkerSettings;
  redis: RedisConnection;
  recorder: Recorder;
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
  /** Whether it is to be ended too when it is at work. */
  isToEnd: (jobId: string) => boolean;
}

/** What a worker does at this moment. */
export interface WorkerActivity {
  /** Jobs at work. */
  running: number;
  /** Jobs taken since its start, canaries too. */
  taken: number;
  /** Jobs whose work was begun since its start, no canaries. */
  begun: number;
  /** Of these, the attempts that ended, completed or failed: what is handed back has not. */
  ended: number;
  /** Of these, the jobs that completed. */
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
  /** Ends the work of the jobs that `isToEnd` now names. */
  endCancelled(): void;
  /**
   * Takes no more jobs; those at work may end within the grace, then they are handed back.
   * @returns whether none was left at work, as far as Redis took what became of them.
   */
  stop(graceMs: number): Promise<boolean>;
}

const THROUGHPUT_EVERY_MS = 10_000;
const UNKNOWN_JOB_DELAY_MS = 5_000;
const HAND_BACK_MS = 2_000;
/** How often a job may find its dependencies away at no cost, though they answer others. */
const FREE_HAND_BACKS = 10;

/**
 * Jobs that were at work together when a worker crashed come back together. One of them may crash
 * the next worker too: apart from each other, only that one reaches the limit of crashes.
 */
class KeptApart extends Error {
  override readonly name = 'KeptApart';
}
const KEPT_APART_MS = 1_000;
const STOPPING = 'The worker is stopping.';
/** As the intents said that this worker read last. */
class CancelledByAdmin extends Cancelled {
  constructor() {
    super('Cancelled by an administrator.');
  }
}
/** A job that so often in a row was not even begun is one that workers cannot receive and live. */
const UNRECEIVED_STARTS = 20;

/**
 * Starts a worker that takes jobs as soon as Redis may be used. Outcomes go to the recorder as Redis
 * acknowledges them.
 */
export function createWorker(worker: WorkerOptions): QueueWorker {
  const { queue, settings, recorder, log } = worker;
  const jobs = new Map(worker.jobs.map((job) => [job.definition.kind, job]));
  let running = 0;
  let taken = 0;
  let begun = 0;
  let ended = 0;
  let completed = 0;
  let seesEmpty = true;
  let sawEmptyAt = 0;
  let lastCompletedAt: Date | null = null;
  let waitingForDependencies = false;
  let hasBegun = false;
  /** What has been told of errors since a job was taken last. */
  const told = new Set<string>();
  let isStopping = false;
  const suspectAfter = Math.min(SUSPECT_AFTER_CRASHES, settings.maxCrashes);
  const settledHere = new WeakSet<Job>();
  /** What ends each job's work early. */
  const atWork = new Map<Job, AbortController>();
  /** The one job here that was at work when workers crashed. */
  let suspect: Job | null = null;

  async function process(job: Job, token: string | undefined): Promise<unknown> {
    taken += 1;
    if (seesEmpty) sawEmptyAt = Date.now();
    seesEmpty = false;
    told.clear();
    if (job.name === CANARY && !waitingForDependencies) return null;
    running += 1;
    begun += 1;
    const control = new AbortController();
    atWork.set(job, control);
    try {
      const crashes = await crashCount.of(job);
      // A look for jobs that was under way when taking them was suspended still brings one.
      if (waitingForDependencies) throw new HandedBack('A dependency is away.');
      // Taken in the moment in which those at work were told.
      if (isStopping) throw new HandedBack(STOPPING);
      if (worker.isCancelled(jobIdOf(String(job.id)))) throw new CancelledByAdmin();
      if (crashes > settings.maxCrashes) throw new AppError('CRASHED_TOO_OFTEN', CRASHED_TOO_OFTEN);
      if (crashes >= suspectAfter) {
        if (suspect !== null) throw new KeptApart();
        suspect = job;
      }
      await crashCount.begins(job);
      return await execute(
        {
          kind: job.name,
          data: job.data,
          start: job.attemptsStarted,
          attempt: job.attemptsMade + 1,
          startedAt: new Date(job.processedOn ?? Date.now()),
          progress: (percent) => job.updateProgress(percent),
        },
        {
          jobs,
          recorder,
          claim: (record) => claimOrForget(record, job),
          log,
          inContext: worker.inContext,
          worker: worker.name,
          stop: control.signal,
        },
      );
    } catch (error) {
      await settleOrThrow(error, job, token);
      return null;
    } finally {
      running -= 1;
      atWork.delete(job);
      if (suspect === job) suspect = null;
    }
  }

  /**
   * What becomes of a job whose work threw this.
   * @returns normally when the job is settled, and Redis may forget it.
   * @throws what BullMQ is to be told otherwise.
   */
  async function settleOrThrow(error: unknown, job: Job, token: string | undefined): Promise<void> {
    const cause = await settled(error, job).catch((failure: unknown) => ({ failure }));
    if (cause === true) {
      forget(job);
      return;
    }
    throw await consequence(cause === false ? error : cause.failure, job, token);
  }

  /**
   * Claims a start. One that is refused ends without its work being done: Redis, which would keep it
   * as completed, forgets it.
   */
  async function claimOrForget(record: JobRecord, job: Job): Promise<boolean> {
    const claimed = await claimStart(record);
    if (!claimed) forget(job);
    return claimed;
  }

  /** The record says already what became of it: its end in Redis says nothing, and is not kept. */
  function forget(job: Job): void {
    settledHere.add(job);
    job.opts.removeOnComplete = true;
  }

  /** Writes down what a job asked for that ends here without success or failure. */
  async function settled(error: unknown, job: Job): Promise<boolean> {
    const outcome = outcomeOf(error);
    if (outcome !== 'later' && outcome !== 'cancel') return false;
    const start = recordOfEvent(job, 'active');
    if (start === null) return false;
    if (outcome === 'cancel') {
      await recordCancelled(start, worker.failureOf(error).message, {
        retentionDays: worker.retentionDays,
        requested: error instanceof CancelledByAdmin,
      });
      return true;
    }
    const { runAt, giveUpAfterMs } = laterTime(error, jobs.get(job.name));
    const since = await postpone(start, runAt, giveUpAfterMs);
    if (since !== null) throw gaveUp(since, error);
    return true;
  }

  /** What BullMQ is to be told of an error. */
  async function consequence(error: unknown, job: Job, token: string | undefined): Promise<Error> {
    if (error instanceof NotYetKnown) {
      log.warn('Job handed back: a newer worker will know it', { queueId: job.id, error });
      await job.moveToDelayed(Date.now() + UNKNOWN_JOB_DELAY_MS, token);
      return new DelayedError();
    }
    if (error instanceof NotYetDue) {
      await job.moveToDelayed(error.runAt, token);
      return new DelayedError();
    }
    if (error instanceof KeptApart) {
      await job.moveToDelayed(Date.now() + KEPT_APART_MS, token);
      return new DelayedError();
    }
    const outcome = await outcomeFor(error, job);
    if (outcome === 'infrastructure') {
      if (!(error instanceof HandedBack)) takeNothingUntilDependenciesAnswer(error);
      await job.moveToWait(token);
      const record = recordOfEvent(job, 'queued');
      if (record !== null) recorder.record(record);
      return new WaitingError();
    }
    const text = failureText(worker.failureOf(error));
    return outcome === 'fail' ? new UnrecoverableError(text) : new Error(text, { cause: error });
  }

  /** A job handed back again and again while all answers is what is not answered: it is charged. */
  async function outcomeFor(error: unknown, job: Job): Promise<Outcome> {
    if (error instanceof HandedBack) return 'infrastructure';
    const outcome = outcomeOf(error);
    if (outcome !== 'infrastructure' || handBacksOf(job) < FREE_HAND_BACKS) return outcome;
    return (await worker.dependenciesAnswer()) ? 'retry' : outcome;
  }

  function takeNothingUntilDependenciesAnswer(error: unknown): void {
    // Before it has begun it waits to be admitted.
    if (waitingForDependencies || !hasBegun) return;
    waitingForDependencies = true;
    log.warn('A dependency is away: jobs are handed back, none is taken until it answers', {
      error,
    });
    void bullWorker
      .pause()
      .then(worker.whenDependenciesAnswer)
      .then(() => {
        waitingForDependencies = false;
        if (isStopping) return;
        log.info('The dependency answers again: jobs are taken');
        return bullWorker.takeJobs();
      });
  }

  const processor = (job: Job, token: string | undefined) =>
    locks.during(job, token, () => process(job, token));
  const keyOf = (name: string) => `${settings.prefix}:${queue}:${name}`;
  const crashCount = countCrashes({ redis: worker.redis, keyOf });
  const throughput = startThroughputLog(queue, THROUGHPUT_EVERY_MS, log);
  const locks = holdLocks({ redis: worker.redis, keyOf, lockMs: settings.lockMs });
  const bullWorker = openBullWorker(
    queue,
    processor,
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
    listen,
  );
  worker.admission.onAdmitted(() => {
    if (hasBegun) return;
    hasBegun = true;
    void bullWorker.takeJobs();
  });
  worker.admission.onRefused(takeNothingUntilDependenciesAnswer);

  function listen(opened: Worker): void {
    opened.on('completed', (job) => {
      if (job.name === CANARY) return worker.onCanary(new Date(job.timestamp));
      ended += 1;
      completed += 1;
      if (settledHere.has(job)) return;
      lastCompletedAt = new Date();
      note(job, 'completed');
    });
    opened.on('failed', (job) => {
      ended += 1;
      if (job !== undefined) note(job, job.finishedOn === undefined ? 'delayed' : 'failed');
    });
    opened.on('drained', () => {
      seesEmpty = true;
    });
    opened.on('stalled', (queueId) => {
      log.warn('A job’s worker vanished; the job goes to another', { queueId });
    });
    opened.on('error', (error) => {
      if (refusesWrites(error) || isForbidden(error)) {
        return takeNothingUntilDependenciesAnswer(error);
      }
      // That Redis is away is the connection's to say, once.
      if (isRedisUnavailable(error) || told.has(error.message)) return;
      told.add(error.message);
      log.warn('Worker error', { queue, error });
    });
  }

  function note(job: Job, status: 'completed' | 'failed' | 'delayed'): void {
    const record = recordOfEvent(job, status);
    if (record === null) return;
    recorder.record(record);
    throughput.ended(status);
    const { attempts, error } = record;
    const durationMs = Date.now() - (job.processedOn ?? Date.now());
    const reading = readEnvelope(job.name, job.data);
    const whose = reading.state === 'read' ? belongsTo(reading.envelope) : {};
    const fields = { ...whose, attempts, durationMs, error };
    if (status === 'completed') log.debug('Job completed', fields);
    else log.warn(status === 'failed' ? 'Job failed' : 'Attempt failed', fields);
  }

  return {
    queue,
    activity: () => ({
      ...{ running, taken, begun, ended, completed, lastCompletedAt },
      sawEmptyAt: seesEmpty ? Date.now() : sawEmptyAt,
      suspended: waitingForDependencies || !hasBegun,
    }),
    limit: bullWorker.limit,
    endCancelled() {
      for (const [job, control] of atWork) {
        if (!worker.isToEnd(jobIdOf(String(job.id)))) continue;
        control.abort(new CancelledByAdmin());
      }
    },
    async stop(graceMs) {
      throughput.stop();
      const closed = bullWorker.close().then(() => true);
      if (await inTime(closed, graceMs, false)) return !waitingForDependencies;
      isStopping = true;
      for (const control of atWork.values()) {
        control.abort(new HandedBack(STOPPING));
      }
      if (await inTime(closed, HAND_BACK_MS, false)) return !waitingForDependencies;
      log.warn('The worker did not close in time; its jobs go to others when their locks end', {
        queue,
        running,
      });
      return false;
    },
  };
}

/** Earlier starts of this generation that cost nothing: neither an attempt nor a crash. */
function handBacksOf({ attemptsStarted, attemptsMade, stalledCounter }: Job): number {
  return attemptsStarted - 1 - attemptsMade - stalledCounter;
}
