import { setTimeout as wait } from 'node:timers/promises';
import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';

/** BullMQ asks for the next job again at once after an error, and goes on asking as fast as it can. */
const REST_MS = 250;

class RestingWorker extends Worker {
  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
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

/**
 * Opens a worker that takes no jobs yet. One to which Redis refused its first commands (INFO, to a user
 * without that right) would never come to: it is opened anew before it takes jobs.
 * @param listen is given each worker that is opened, for its events.
 * @throws Error for options that cannot be.
 */
export function openBullWorker(
  queue: string,
  processor: Processor,
  options: WorkerOptions,
  listen: (worker: Worker) => void,
): BullWorker {
  let closing = false;
  let isBroken = false;
  let { concurrency = 1 } = options;
  let worker = open();

  function open(): Worker {
    const opened = new RestingWorker(queue, processor, { ...options, concurrency, autorun: false });
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
