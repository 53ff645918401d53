import { setTimeout as wait } from 'node:timers/promises';
import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';

/** BullMQ asks for the next job again at once after an error, and goes on asking as fast as it can. */
const REST_MS = 250;

class RestingWorker extends Worker {
  /** Told when a look for a job found none. */
  onEmpty: () => void = () => undefined;

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      const job = await super.moveToActive(token, name);
      // BullMQ's own event, `drained`, is also sent where nobody looked: at each end above a lowered limit.
      if (job === undefined) this.onEmpty();
      return job;
    } catch (error) {
      await wait(REST_MS);
      throw error;
    }
  }
}

/** BullMQ's worker of one queue, which outlives what Redis refuses it. */
export interface BullWorker {
  /** Takes jobs from now on. It takes none before, nor after `pause`. */
  takeJobs(): Promise<void>;
  pause(): Promise<void>;
  /** Jobs at once from now on. @returns whether that is another number than before. */
  limit(concurrency: number): boolean;
  /** Settles when all jobs at work have ended. */
  close(): Promise<void>;
}

interface WorkerListener {
  /** Is given each worker that is opened, for its events. */
  listen: (worker: Worker) => void;
  /** The queue has no job for the worker. */
  onEmpty: () => void;
}

/**
 * Opens a worker that takes no jobs yet. One to which Redis refused its first commands (INFO, to a user
 * without that right) would never come to: it is opened anew before it takes jobs.
 * @throws Error for options that cannot be.
 */
export function openBullWorker(
  queue: string,
  processor: Processor,
  options: WorkerOptions,
  { listen, onEmpty }: WorkerListener,
): BullWorker {
  let closing = false;
  let isBroken = false;
  let { concurrency = 1 } = options;
  let worker = open();

  function open(): Worker {
    const opened = new RestingWorker(queue, processor, { ...options, concurrency, autorun: false });
    opened.onEmpty = onEmpty;
    listen(opened);
    isBroken = false;
    opened.waitUntilReady().catch(() => {
      isBroken = true;
    });
    return opened;
  }

  return {
    async takeJobs() {
      if (closing) return;
      if (isBroken) {
        await worker.close(true);
        if (closing) return;
        worker = open();
      }
      await worker.resume();
    },
    pause: () => worker.pause(true),
    limit(wanted) {
      const isAnother = wanted !== concurrency;
      concurrency = wanted;
      if (isAnother) worker.concurrency = wanted;
      return isAnother;
    },
    close() {
      closing = true;
      return worker.close();
    },
  };
}
