import type { QueueWorker } from '../consuming/createWorker.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { readSteering } from './queueSteering.ts';

interface FollowOptions {
  workers: readonly Pick<QueueWorker, 'queue' | 'limit'>[];
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
