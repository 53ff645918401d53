import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';

/** Leaves the sign of life of a worker that takes this queue's jobs. */
export async function workerIsAlive(queue: string): Promise<void> {
  const now = new Date();
  await WorkerModel.create({
    _id: `alive-${now.getTime()}`,
    host: 'here',
    pid: 1,
    version: '0',
    queues: [queue],
    runningJobs: 0,
    memoryBytes: 1,
    startedAt: now,
    lastSeenAt: now,
    expiresAt: new Date(now.getTime() + 60_000),
  });
}
