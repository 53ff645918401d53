import type { Env } from '../../../config/env.ts';
import type { JobKind } from '../queues/jobDefinition.ts';

/** A kind of job as people see it. */
export interface KindView {
  kind: string;
  queue: string;
  version: number;
  /** Whether `POST /app/jobs/:kind` accepts it. */
  requestable: boolean;
  /** Attempts in all. */
  attempts: number;
  deadlineMs: number;
}

/** What people see of a kind, under these settings. */
export function describeKind(job: JobKind, env: Env): KindView {
  const { attempts, deadlineMs } = job.options(env);
  const { kind, queue, version, requestable = false } = job;
  return { kind, queue: queue.name, version, requestable, attempts, deadlineMs };
}
