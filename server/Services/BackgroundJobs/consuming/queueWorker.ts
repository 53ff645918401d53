import type { Env } from '../../../config/env.ts';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import type { Admission } from '../queues/admission.ts';
import type { RetentionDays } from '../recording/expiry.ts';
import type { JobNotes } from '../recording/jobNotes.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { InJobContext, ServedJob } from './execute.ts';
import type { FailureOf } from './failureText.ts';
import type { JobLog } from './jobLog.ts';

export interface WorkerSettings {
  prefix: string;
  lockMs: number;
  stalledCheckMs: number;
  maxCrashes: number;
}

/** What a worker needs of the settings. */
export function workerSettingsOf(env: Env): WorkerSettings {
  return {
    prefix: env.QUEUE_PREFIX,
    lockMs: env.WORKER_LOCK_MS,
    stalledCheckMs: env.WORKER_STALLED_CHECK_MS,
    maxCrashes: env.WORKER_MAX_CRASHES,
  };
}

export interface WorkerOptions {
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
  /** Takes no more jobs, or takes them again; those at work go on. */
  quieten(quiet: boolean): void;
  /** Ends the work of the jobs that `isCancelled` now names. */
  endCancelled(): void;
  /**
   * Takes no more jobs; those at work may end within the grace, then they are handed back.
   * @returns whether none was left at work, as far as Redis took what became of them.
   */
  stop(graceMs: number): Promise<boolean>;
}
