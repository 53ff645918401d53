import { bulkWriteFailures, type WriteFailure } from '../../models/bulkWriteFailures.ts';
import { DURABLE } from '../../models/durable.ts';
import { objectId } from '../../models/objectIds.ts';
import {
  type CustomerScore,
  UserSummaryModel,
  userSummaries,
} from '../../models/UserSummaryModel.ts';
import type { SaveOutcome } from './userDataAccess.ts';

export interface SummaryWrite {
  readonly userId: string;
  readonly score: CustomerScore;
  readonly asOf: string;
  readonly runSeq: number;
  readonly backfill: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes many summaries in one bulk, each behind its fence, and answers in their order. What was
 * aborted by then is not sent.
 */
export async function saveSummaries(
  writes: readonly SummaryWrite[],
): Promise<(SaveOutcome | Error)[]> {
  const due = writes.filter(({ signal }) => !signal.aborted);
  const outcomes = await writeFenced(due);
  return writes.map((write) => outcomes.get(write) ?? abortReason(write.signal));
}

const IN_BULK = { ordered: false, writeConcern: DURABLE } as const;

type Outcomes = Map<SummaryWrite, SaveOutcome | Error>;

async function writeFenced(writes: readonly SummaryWrite[]): Promise<Outcomes> {
  if (writes.length === 0) return new Map();
  const { applied } = await bulkWrite(writes, { upsert: () => true });
  if (applied === writes.length) return new Map(writes.map((write) => [write, 'saved']));
  // The rest met a summary that has precedence, or another process at the same user.
  return settle(writes);
}

/** Looks at what is there, writes what may still go, and again until each has its outcome. */
async function settle(writes: readonly SummaryWrite[]): Promise<Outcomes> {
  const current = await currentFences(writes);
  const outcomes: Outcomes = new Map();
  const due: SummaryWrite[] = [];
  for (const write of writes) {
    const fence = current.get(write.userId);
    if (fence === undefined || mayReplace(write, fence)) due.push(write);
    else outcomes.set(write, fence.runSeq === write.runSeq ? 'saved' : 'kept');
  }
  if (due.length === 0) return outcomes;

  // Inserting beside a summary that is there would fail slowly, and could deadlock with its writer.
  const { failures } = await bulkWrite(due, { upsert: ({ userId }) => !current.has(userId) });
  const unsure: SummaryWrite[] = [];
  for (const [position, write] of due.entries()) {
    const failure = failures.get(position);
    if (failure === undefined || failure.isConflict) unsure.push(write);
    else outcomes.set(write, failure.error);
  }
  for (const [write, outcome] of await settle(unsure)) outcomes.set(write, outcome);
  return outcomes;
}

interface Fence {
  readonly runSeq: number;
  readonly asOf: string;
}

/** The fence; the filter in `bulkWrite` states the same for the database, which has the last word. */
function mayReplace({ runSeq, asOf, backfill }: SummaryWrite, current: Fence): boolean {
  return current.runSeq < runSeq && (backfill || current.asOf <= asOf);
}

async function currentFences(writes: readonly SummaryWrite[]): Promise<ReadonlyMap<string, Fence>> {
  if (writes.length === 0) return new Map();
  const summaries = await UserSummaryModel.find(
    { userId: { $in: writes.map(({ userId }) => userId) } },
    { _id: 0, userId: 1, runSeq: 1, asOf: 1 },
  ).lean();
  return new Map(summaries.map(({ userId, ...fence }) => [userId.toHexString(), fence]));
}

interface BulkOutcome {
  /** How many took effect. */
  readonly applied: number;
  /** By position. */
  readonly failures: ReadonlyMap<number, WriteFailure>;
}

/**
 * One unordered bulk; each write still depends on its fence at that moment. By the driver itself: mongoose's
 * casts would take a worker as long as all else that it does for a job.
 */
async function bulkWrite(
  writes: readonly SummaryWrite[],
  { upsert }: { upsert: (write: SummaryWrite) => boolean },
): Promise<BulkOutcome> {
  const operations = writes.map((write) => {
    const { userId, score, asOf, runSeq, backfill } = write;
    const day = backfill ? {} : { asOf: { $lte: asOf } };
    return {
      updateOne: {
        filter: { userId: objectId(userId), runSeq: { $lt: runSeq }, ...day },
        update: { $set: { ...score, asOf, runSeq } },
        upsert: upsert(write),
      },
    };
  });
  try {
    const { matchedCount, upsertedCount } = await userSummaries().bulkWrite(operations, IN_BULK);
    return { applied: matchedCount + upsertedCount, failures: new Map() };
  } catch (error) {
    return { applied: 0, failures: bulkWriteFailures(error) };
  }
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
