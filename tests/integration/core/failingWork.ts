import { beforeAll } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import type { ErrorCode } from '../../../server/errors/codes.ts';
import type { Installation } from './installation.ts';

interface FailingWork {
  /** While true, every job fails at once. */
  fails: boolean;
  /** The most jobs of one user that were at work together. */
  readonly together: number;
  /** Makes users and a run of theirs that fails whole; from then on work succeeds. */
  failedRun(users: number, code?: ErrorCode): Promise<{ runId: string; jobIds: string[] }>;
}

/** Starts a worker, before the tests, whose work fails or succeeds as they say. */
export function useFailingWork(installation: Installation): FailingWork {
  const atWork = new Map<string, number>();
  let together = 0;
  let failsWith: ErrorCode = 'NOT_RETRYABLE';

  beforeAll(async () => {
    await installation.startWorker(async ({ userId }) => {
      atWork.set(userId, (atWork.get(userId) ?? 0) + 1);
      together = Math.max(together, atWork.get(userId) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      atWork.set(userId, (atWork.get(userId) ?? 1) - 1);
      if (work.fails) throw new AppError(failsWith, 'It does not work today.');
      return 'done';
    });
  });

  const work: FailingWork = {
    fails: true,
    get together() {
      return together;
    },
    async failedRun(users, code = 'NOT_RETRYABLE') {
      work.fails = true;
      failsWith = code;
      const { runId, jobIds } = await installation.newRun(users);
      const run = await installation.runIn('completed', runId);
      if (run.failed !== users) throw new Error(`${run.failed} of ${users} jobs failed.`);
      work.fails = false;
      failsWith = 'NOT_RETRYABLE';
      return { runId, jobIds };
    },
  };
  return work;
}
