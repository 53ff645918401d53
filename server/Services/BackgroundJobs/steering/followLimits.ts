import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { readSteering } from './queueSteering.ts';

/** A worker of this process, as far as its limit goes. */
export interface LimitedWorker {
  readonly queue: string;
  /** Jobs at once from now on, as an administrator says; null for what its settings say. */
  limit(concurrency: number | null): void;
}

interface FollowOptions {
  workers: readonly LimitedWorker[];
  intervalMs: number;
  log: JobLog;
}

/** Holds each worker of this process to what an administrator says of jobs at once in one process. */
export function followLimits({ workers, intervalMs, log }: FollowOptions): Repetition {
  return every({ name: 'Limits', intervalMs, log }, async () => {
    const steering = await readSteering();
    for (const worker of workers) {
      worker.limit(steering.get(worker.queue)?.limits.concurrency ?? null);
    }
  });
}
