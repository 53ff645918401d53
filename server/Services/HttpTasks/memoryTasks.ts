import { AppError } from '../../errors/AppError.ts';
import {
  type HttpAttempt,
  type HttpExecutionDoc,
  HttpExecutionModel,
} from '../../models/HttpExecutionModel.ts';

/** After so long without an end its process is gone: no call of this way takes half of it. */
const GONE_MS = 30_000;
const OPEN = { way: 'in-memory', outcome: null } as const;

/** Those that are due and not begun, the oldest first. */
export function dueMemoryTasks(limit: number): Promise<HttpExecutionDoc[]> {
  return HttpExecutionModel.find({ ...OPEN, current: null, scheduledAt: { $lte: new Date() } })
    .sort({ scheduledAt: 1 })
    .limit(limit)
    .lean<HttpExecutionDoc[]>();
}

/** Takes one for this process. @returns false when another has it, or it was cancelled. */
export async function takeMemoryTask(id: string, worker: string): Promise<boolean> {
  const { modifiedCount } = await HttpExecutionModel.updateOne(
    { _id: id, ...OPEN, current: null },
    { $set: { current: { startedAt: new Date(), worker } } },
  );
  return modifiedCount === 1;
}

/** Writes down how its one call ended, unless it was given up meanwhile. */
export async function endMemoryTask(id: string, attempt: HttpAttempt): Promise<void> {
  await HttpExecutionModel.updateOne(
    { _id: id, ...OPEN },
    {
      $push: { attempts: attempt },
      $set: {
        current: null,
        outcome: attempt.outcome === 'completed' ? 'completed' : 'failed',
        error: attempt.error,
        finishedAt: new Date(),
      },
    },
  );
}

/** Ends those whose process is gone: they may have been called, and are not called again. */
export async function endAbandonedMemoryTasks(): Promise<void> {
  const now = new Date();
  await HttpExecutionModel.updateMany(
    { ...OPEN, 'current.startedAt': { $lt: new Date(now.getTime() - GONE_MS) } },
    {
      $set: {
        ...{ current: null, outcome: 'failed', finishedAt: now },
        error: {
          code: 'PROCESS_DIED',
          message: 'The process that called the address is gone; it may have been called.',
        },
      },
    },
  );
}

/**
 * Cancels one that is not begun.
 * @throws AppError `NOT_CANCELLABLE` while it is called; `JOB_FINISHED` when it has ended.
 */
export async function cancelMemoryTask(id: string): Promise<void> {
  const { modifiedCount } = await HttpExecutionModel.updateOne(
    { _id: id, ...OPEN, current: null },
    { $set: { outcome: 'cancelled', finishedAt: new Date() } },
  );
  if (modifiedCount === 1) return;
  if ((await HttpExecutionModel.exists({ _id: id, ...OPEN })) === null) {
    throw new AppError('JOB_FINISHED', `The task ${id} has ended already.`);
  }
  throw new AppError('NOT_CANCELLABLE', `The task ${id} is called at this moment.`);
}
