import type { Job } from 'bullmq';
import { AppError } from '../../../errors/AppError.ts';
import { type CrashCount, SUSPECT_AFTER_CRASHES } from './crashes.ts';
import { CRASHED_TOO_OFTEN } from './failureText.ts';
import { KeptApart } from './putBack.ts';

interface SuspectsOptions {
  crashCount: CrashCount;
  /** A job that was at work in more crashes than this fails. */
  maxCrashes: number;
}

/**
 * Jobs that were at work together when a worker crashed come back together. One of them may crash
 * the next worker too: apart from each other, only that one reaches the limit of crashes.
 */
export interface Suspects {
  /** @throws AppError `REDIS_UNAVAILABLE` */
  crashesOf(job: Job): Promise<number>;
  /**
   * The work of a job with that many crashes begins now.
   * @throws AppError `CRASHED_TOO_OFTEN` or `REDIS_UNAVAILABLE`; KeptApart while another suspect is at
   * work here.
   */
  begin(job: Job, crashes: number): Promise<void>;
  /** The job is not at work here any more. */
  end(job: Job): void;
}

/** Watches over the suspects of one worker. */
export function createSuspects({ crashCount, maxCrashes }: SuspectsOptions): Suspects {
  const suspectAfter = Math.min(SUSPECT_AFTER_CRASHES, maxCrashes);
  /** The one job here that was at work when workers crashed. */
  let suspect: Job | null = null;
  return {
    crashesOf: (job) => crashCount.of(job),
    async begin(job, crashes) {
      if (crashes > maxCrashes) throw new AppError('CRASHED_TOO_OFTEN', CRASHED_TOO_OFTEN);
      if (crashes >= suspectAfter) {
        if (suspect !== null) throw new KeptApart();
        suspect = job;
      }
      await crashCount.begins(job);
    },
    end(job) {
      if (suspect === job) suspect = null;
    },
  };
}
