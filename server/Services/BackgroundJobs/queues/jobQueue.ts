import type { Envelope, EnvelopeReading } from './envelope.ts';
import type { JobOptions } from './jobDefinition.ts';
import type { JobsAtWork } from './lockless.ts';

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
