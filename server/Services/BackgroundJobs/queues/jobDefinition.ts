import type { z } from 'zod';
import type { Env } from '../../../config/env.ts';
import type { JobLog } from '../consuming/jobLog.ts';

/**
 * A kind of job: its name (and its queue's), the shape of what goes in and what comes out.
 * The producer knows only this; the processor is bound to it in the catalogue.
 */
export interface JobDefinition<Payload, Result> {
  readonly name: string;
  /** Raised when the payload changes in a way that older workers cannot read. */
  readonly version: number;
  readonly payload: z.ZodType<Payload>;
  readonly result: z.ZodType<Result>;
  readonly options: (env: Env) => JobOptions;
}

/** How jobs of one kind are tried and how many run at once. */
export interface JobOptions {
  /** Attempts in all: "3 retries" are 4. */
  readonly attempts: number;
  /** The delay before the first retry; it doubles with each. */
  readonly retryDelayMs: number;
  /** An attempt that takes longer has failed. */
  readonly deadlineMs: number;
  /** Jobs at once in one worker process. */
  readonly concurrency: number;
}

/** What a processor is given besides its payload. */
export interface ProcessorContext {
  readonly jobId: string;
  readonly runId: string;
  /** Orders all runs: an effect of an older run never replaces a newer one's. */
  readonly runSeq: number;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same for every try, crash and retry of this job. */
  readonly idempotencyKey: string;
  /** Aborts at the deadline, and when a stopping worker's grace is over. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Shows how far a long job is, 0 to 100. */
  progress(percent: number): Promise<void>;
}

/** The work of one kind of job: knows neither the queue nor HTTP. */
export type Processor<Payload, Result> = (
  payload: Payload,
  context: ProcessorContext,
) => Promise<Result>;
