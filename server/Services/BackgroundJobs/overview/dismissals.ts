import { byItsCost, shared } from '../../../config/shared.ts';
import { type DismissalDoc, DismissalModel } from '../../../models/DismissalModel.ts';
import { DURABLE } from '../../../models/durable.ts';
import { storeTime } from '../../../models/serverFacts.ts';
import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** Who set failures aside, and why. */
export interface Dismissal {
  /** Failures up to this instant are set aside. */
  at: Date;
  by: string;
  note: string;
}

/** The most causes that are read; the newest ones win. */
const MOST = 200;
const COUNT_SHOWN_MS = 600_000;

/** What is set aside, by the failures' code. */
export async function readDismissals(): Promise<ReadonlyMap<string, Dismissal>> {
  const docs = await DismissalModel.find().sort({ at: -1 }).limit(MOST).lean<DismissalDoc[]>();
  return new Map(docs.map(({ _id, at, by, note }) => [_id, { at, by, note }]));
}

/**
 * Sets the failures of a code aside, those up to now: the jobs stay failed and can be retried, but they are no
 * news any more. @returns how many jobs that are.
 */
export async function dismissFailures(
  code: string,
  { by, note }: Omit<Dismissal, 'at'>,
): Promise<{ code: string; jobs: number }> {
  const at = await storeTime();
  await DismissalModel.updateOne(
    { _id: code },
    { $set: { at, by, note } },
    { upsert: true, writeConcern: DURABLE },
  );
  countDismissed.forget();
  return { code, jobs: await JobStatusModel.countDocuments(failedUpTo(code, at)) };
}

/** Takes it back: the failures of that code are news again. */
export async function recallFailures(code: string): Promise<{ code: string; recalled: boolean }> {
  const { deletedCount } = await DismissalModel.deleteOne({ _id: code }, { writeConcern: DURABLE });
  countDismissed.forget();
  return { code, recalled: deletedCount > 0 };
}

/** How many failed jobs are set aside. A caller waits only for the first count, or when the last one is old. */
export const countDismissed = shared(countNow, {
  maxAgeMs: byItsCost,
  maxStaleMs: () => COUNT_SHOWN_MS,
});

async function countNow(): Promise<number> {
  const which = [...(await readDismissals())].map(([code, { at }]) => failedUpTo(code, at));
  return which.length === 0 ? 0 : JobStatusModel.countDocuments({ $or: which });
}

function failedUpTo(code: string, at: Date) {
  return { status: 'failed' as const, 'error.code': code, finishedAt: { $lte: at } };
}
