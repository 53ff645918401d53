import { succeedsInTime } from '../../../config/inTime.ts';
import { DURABLE } from '../../../models/durable.ts';
import { type WorkerDoc, WorkerModel } from '../../../models/system/WorkerModel.ts';

/** A worker unseen for so long, without a farewell, has crashed, hangs or is frozen. */
const SILENT_AFTER_MS = 20_000;
const WRITE_MS = 1_000;

/** The workers whose sign of life is fresh; only those that take a queue's jobs if it is named. */
export async function liveWorkers(queue?: string): Promise<WorkerDoc[]> {
  return WorkerModel.find({
    farewellAt: null,
    lastSeenAt: { $gt: silentSince() },
    ...(queue === undefined ? {} : { queues: queue, quiet: { $ne: true } }),
  })
    .sort({ _id: 1 })
    .lean<WorkerDoc[]>();
}

/** A worker that fell silent, and its last sign of life. */
export interface SilentWorker {
  worker: string;
  lastSeenAt: Date;
}

/** The names of the workers that fell silent, at most `withinMs` ago if that is given. */
export async function silentWorkers(withinMs?: number): Promise<string[]> {
  return (await signsOfSilent(withinMs)).map(({ worker }) => worker);
}

/** The same workers, each with its last sign of life. */
export async function signsOfSilent(withinMs?: number): Promise<SilentWorker[]> {
  const lastSeenAt = {
    $lte: silentSince(),
    ...(withinMs === undefined ? {} : { $gt: new Date(silentSince().getTime() - withinMs) }),
  };
  const silent = await WorkerModel.find({ farewellAt: null, lastSeenAt }, { lastSeenAt: 1 }).lean();
  return silent.map((doc) => ({ worker: doc._id, lastSeenAt: doc.lastSeenAt }));
}

/**
 * Whether MongoDB takes a durable write now, shown by renewing the worker's own sign of life: a server
 * that is full, read-only or without its majority still answers every ping.
 */
export function takesSigns(worker: string): Promise<boolean> {
  const renew = async () => {
    const sign = { $set: { lastSeenAt: new Date() } };
    await WorkerModel.updateOne({ _id: worker }, sign, { writeConcern: DURABLE });
    return true;
  };
  return succeedsInTime(renew, WRITE_MS);
}

function silentSince(): Date {
  return new Date(Date.now() - SILENT_AFTER_MS);
}
