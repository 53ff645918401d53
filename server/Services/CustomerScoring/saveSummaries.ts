import { bulkWriteFailures, type WriteFailure } from '../../models/bulkWriteFailures.ts';
import { type CustomerScore, UserSummaryModel } from '../../models/UserSummaryModel.ts';
import { existingUsers } from '../Users/existingUsers.ts';
import { userNotFound } from '../Users/userNotFound.ts';
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
 * aborted by then is not sent. A summary written for a user who was deleted meanwhile is taken
 * back: deletion marks the user first, so either it removes the summary or this sees the mark.
 */
export async function saveSummaries(
  writes: readonly SummaryWrite[],
): Promise<(SaveOutcome | Error)[]> {
  const due = writes.filter(({ signal }) => !signal.aborted);
  const outcomes = await writeFenced(due);
  const existing = await existingUsers(due.map(({ userId }) => userId));
  const orphans = due.map(({ userId }) => userId).filter((userId) => !existing.has(userId));
  if (orphans.length > 0) await UserSummaryModel.deleteMany({ userId: { $in: orphans } });

  return writes.map((write) => {
    const outcome = outcomes.get(write);
    if (outcome === undefined) return abortReason(write.signal);
    return existing.has(write.userId) ? outcome : userNotFound(write.userId);
  });
}

const DURABLE = { ordered: false, writeConcern: { w: 'majority', journal: true } } as const;

type Outcomes = Map<SummaryWrite, SaveOutcome | Error>;

async function writeFenced(writes: readonly SummaryWrite[]): Promise<Outcomes> {
  const current = await currentFences(writes);
  const outcomes: Outcomes = new Map();
  const due: SummaryWrite[] = [];
  for (const write of writes) {
    const fence = current.get(write.userId);
    if (fence === undefined || mayReplace(write, fence)) due.push(write);
    else outcomes.set(write, fence.runSeq === write.runSeq ? 'saved' : 'kept');
  }
  if (due.length === 0) return outcomes;

  const { applied, failures } = await bulkWrite(due, current);
  if (applied === due.length) {
    for (const write of due) outcomes.set(write, 'saved');
    return outcomes;
  }
  // Another process wrote some of these summaries after our look: only a second look can tell which
  // of ours went through, and which may still go.
  const unsure: SummaryWrite[] = [];
  for (const [position, write] of due.entries()) {
    const failure = failures.get(position);
    if (failure === undefined || failure.isDuplicateKey) unsure.push(write);
    else outcomes.set(write, failure.error);
  }
  for (const [write, outcome] of await writeFenced(unsure)) outcomes.set(write, outcome);
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

/** One unordered bulk; each write still depends on its fence at that moment. */
async function bulkWrite(
  writes: readonly SummaryWrite[],
  current: ReadonlyMap<string, Fence>,
): Promise<BulkOutcome> {
  const operations = writes.map(({ userId, score, asOf, runSeq, backfill }) => ({
    updateOne: {
      filter: { userId, runSeq: { $lt: runSeq }, ...(backfill ? {} : { asOf: { $lte: asOf } }) },
      update: { $set: { ...score, asOf, runSeq } },
      // A summary that is there is never inserted in vain: that fails slowly, and may deadlock.
      upsert: !current.has(userId),
    },
  }));
  try {
    const { matchedCount, upsertedCount } = await UserSummaryModel.bulkWrite(operations, DURABLE);
    return { applied: matchedCount + upsertedCount, failures: new Map() };
  } catch (error) {
    return { applied: 0, failures: bulkWriteFailures(error) };
  }
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
