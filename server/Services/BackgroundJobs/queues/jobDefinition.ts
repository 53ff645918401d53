import type { z } from 'zod';
import type { Env } from '../../../config/env.ts';
import type { Concurrency } from '../consuming/holdConcurrency.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { LEAST_RETENTION_DAYS } from '../recording/expiry.ts';

/** A named queue: kinds that share it share its workers, so give them similar deadlines. */
export interface QueueDefinition {
  readonly name: string;
  /** Jobs at once in one worker process; `auto` for as many as complete the most of them. */
  readonly concurrency: (env: Env) => Concurrency;
  /** Jobs at once over all workers, unless an administrator says otherwise; absent for no limit. */
  readonly maxConcurrency?: number;
}

/** What the core knows of a kind of job: all but the types of its payload and its result. */
export interface JobKind {
  /** Names the kind in records, URLs and logs. */
  readonly kind: string;
  readonly queue: QueueDefinition;
  /** Raised when the payload changes in a way that older workers cannot read. */
  readonly version: number;
  readonly options: (env: Env) => JobOptions;
  readonly payload: z.ZodType;
  /** A field `effects` of it, a count of what was done, is kept as the job's `effects`. */
  readonly result: z.ZodType;
  /** The user whom a job with this payload is about: deleting the user takes the job along. */
  readonly userOf?: (payload: unknown) => string | null;
  /** How many days the records of finished jobs are kept, at least 2; as the settings say if absent. */
  readonly retentionDays?: number;
  /** Whether `POST /app/jobs/:kind` accepts it; absent means no. */
  readonly requestable?: boolean;
}

/** A kind of job with the shapes of what goes in and what comes out. */
export interface JobDefinition<Payload, Result> extends JobKind {
  readonly payload: z.ZodType<Payload>;
  readonly result: z.ZodType<Result>;
}

/** How jobs of one kind are tried. */
export interface JobOptions {
  /** Attempts in all: "3 retries" are 4. */
  readonly attempts: number;
  /** The delay before the first retry; it doubles with each. */
  readonly retryDelayMs: number;
  /** The share of a retry's delay that is random, 0 to 1, so that many do not come back at once. */
  readonly retryJitter?: number;
  /** An attempt that takes longer has failed. */
  readonly deadlineMs: number;
  /** How long a job may go on asking for a later time; 24 hours if absent. */
  readonly giveUpAfterMs?: number;
}

/** What a processor is given besides its payload. */
export interface ProcessorContext {
  readonly jobId: string;
  /** Null for a job of its own. */
  readonly runId: string | null;
  /** Orders all runs and single jobs: an older one's effect never replaces a newer one's. */
  readonly runSeq: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same for every try, crash and retry of this job. */
  readonly idempotencyKey: string;
  /** Aborts at the deadline, when the job is cancelled, and when a stopping worker's grace is over. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Shows how far a long job is, 0 to 100. Cheap: what was said last is kept within a second. */
  progress(percent: number): void;
  /**
   * Adds a line to the job's own log, which people read with its record, also after it has ended. Cheap;
   * the last 100 lines are kept, each cut at 500 characters and without what looks like a secret.
   */
  logLine(text: string): void;
}

/** The work of one kind of job: knows neither the queue nor HTTP. */
export type Processor<Payload, Result> = (
  payload: Payload,
  context: ProcessorContext,
) => Promise<Result>;

/** The work of a kind of job that is defined. */
export type ProcessorOf<Job> =
  Job extends JobDefinition<infer Payload, infer Result> ? Processor<Payload, Result> : never;

const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Ends the queue's ids of later generations. */
const LIKE_A_GENERATION = /-g\d+$/;

interface Definition<Payload, Result> extends Omit<JobDefinition<Payload, Result>, 'queue'> {
  readonly queue?: QueueDefinition;
}

const ONE_AT_A_TIME = 1;

/**
 * Defines a kind of job. Without a queue it has one of its own name, in which a worker process does
 * one job at a time.
 * @throws Error for a name that ids and URLs cannot carry, or a retention that is too short.
 */
export function defineJob<Payload, Result>(
  definition: Definition<Payload, Result>,
): JobDefinition<Payload, Result> {
  const { kind, retentionDays } = definition;
  if (!KIND.test(kind) || LIKE_A_GENERATION.test(kind)) {
    throw new Error(
      `"${kind}" cannot name a kind of job: use lower-case letters, digits and single hyphens, ` +
        'and do not end it like "-g2".',
    );
  }
  if (retentionDays !== undefined && !(retentionDays >= LEAST_RETENTION_DAYS)) {
    throw new Error(
      `Records of "${kind}" cannot be kept for ${retentionDays} days: each day is counted from them, so keep them ${LEAST_RETENTION_DAYS} days or longer.`,
    );
  }
  return { queue: { name: kind, concurrency: () => ONE_AT_A_TIME }, ...definition };
}
