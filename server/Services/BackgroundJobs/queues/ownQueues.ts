import { z } from 'zod';
import type { JobLog } from '../consuming/jobLog.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { defineJob, type JobDefinition } from './jobDefinition.ts';

/** A job as a processor of a team's own queue sees it. */
export interface OwnJob {
  readonly id: string;
  /** What it was put in with. */
  readonly data: Record<string, unknown>;
  /** How often it was tried before. */
  readonly attemptsMade: number;
  /** Aborts at the deadline, on a cancel, and when a stopping worker's grace is over. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Shows how far it is, 0 to 100. */
  progress(percent: number): void;
}

/** The work of a team's own queue. What it answers is kept with the job's record. */
export type OwnProcessor = (job: OwnJob) => Promise<unknown>;

/** A team's own queues. */
export interface OwnQueues {
  /**
   * Makes a queue of this name with jobs of one kind, `ORDER_MAIL` of the kind `order-mail`: three
   * attempts, a minute each. Queues are registered independently: one that cannot be is told of when a
   * worker starts, and the others run.
   * @param concurrency jobs at once in one worker process
   * @returns the definition, for `enqueue(definition, data)`.
   */
  registerProcessor(
    name: string,
    processor: OwnProcessor,
    concurrency?: number,
  ): JobDefinition<Record<string, unknown>, unknown>;
  /** The lines of the catalogue that were registered. */
  entries(): CatalogueEntry[];
}

const ATTEMPTS = 3;
const DEADLINE_MS = 60_000;
const payload = z.record(z.string(), z.unknown());

/** Makes an empty list of a team's own queues. */
export function createOwnQueues(): OwnQueues {
  const registered: CatalogueEntry[] = [];
  return {
    registerProcessor(name, processor, concurrency = 1) {
      const problem = problemOf(name, processor, concurrency);
      const job = defineJob({
        kind: kindOf(name),
        queue: { name, concurrency: () => (problem === null ? concurrency : 1) },
        ...{ version: 1, requestable: true, payload, result: z.unknown() },
        options: (env) => ({
          ...{ attempts: ATTEMPTS, deadlineMs: DEADLINE_MS },
          retryDelayMs: env.JOB_RETRY_DELAY_MS,
        }),
      });
      registered.push({
        definition: job,
        async load() {
          if (problem !== null) throw new Error(problem);
          return async (data, { jobId: id, attempt, signal, log, progress }) =>
            processor({
              ...{ id, data: payload.parse(data), attemptsMade: attempt - 1 },
              ...{ signal, log, progress },
            });
        },
      });
      return job;
    },
    entries: () => [...registered],
  };
}

function problemOf(name: string, processor: unknown, concurrency: number): string | null {
  if (typeof processor !== 'function') return `The processor of ${name} is no function.`;
  if (Number.isInteger(concurrency) && concurrency >= 1) return null;
  return `The concurrency of ${name} is ${concurrency}: it must be a whole number from 1.`;
}

function kindOf(name: string): string {
  const kind = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');
  return kind === '' ? 'own-queue' : kind;
}
