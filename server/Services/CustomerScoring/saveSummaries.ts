import { duplicateKeyPositions } from '../../models/mongoErrors.ts';
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
  const sent = new Set(due);
  const saved = await writeFenced(due);
  const existing = await existingUsers(due.map(({ userId }) => userId));
  const orphans = due.map(({ userId }) => userId).filter((userId) => !existing.has(userId));
  if (orphans.length > 0) await UserSummaryModel.deleteMany({ userId: { $in: orphans } });

  return writes.map((write) => {
    if (!sent.has(write)) return abortReason(write.signal);
    if (!existing.has(write.userId)) return userNotFound(write.userId);
    return saved.has(write) ? 'saved' : 'kept';
  });
}

/** @returns the writes that took effect. */
async function writeFenced(writes: readonly SummaryWrite[]): Promise<ReadonlySet<SummaryWrite>> {
  const refused = await upsert(writes);
  if (refused.size === 0) return new Set(writes);
  // A summary is there that the fence's condition did not match: because it has precedence, or
  // because another process inserted it in this very moment. Only the latter may try again.
  const current = await currentFences([...refused].map(({ userId }) => userId));
  const again = [...refused].filter((write) => {
    const fence = current.get(write.userId);
    return fence === undefined || mayReplace(write, fence);
  });
  const savedAgain = again.length > 0 ? await writeFenced(again) : new Set();
  return new Set(writes.filter((write) => !refused.has(write) || savedAgain.has(write)));
}

/** One unordered bulk. @returns the writes that met a summary their fence does not let pass. */
async function upsert(writes: readonly SummaryWrite[]): Promise<ReadonlySet<SummaryWrite>> {
  if (writes.length === 0) return new Set();
  try {
    await UserSummaryModel.bulkWrite(
      writes.map(({ userId, score, asOf, runSeq, backfill }) => ({
        updateOne: {
          filter: {
            userId,
            runSeq: { $lt: runSeq },
            ...(backfill ? {} : { asOf: { $lte: asOf } }),
          },
          update: { $set: { ...score, asOf, runSeq } },
          upsert: true,
        },
      })),
      { ordered: false, writeConcern: { w: 'majority', journal: true } },
    );
    return new Set();
  } catch (error) {
    const positions = new Set(duplicateKeyPositions(error));
    return new Set(writes.filter((_, position) => positions.has(position)));
  }
}

interface Fence {
  readonly runSeq: number;
  readonly asOf: string;
}

/** The fence's condition, as the filter above states it for the database. */
function mayReplace({ runSeq, asOf, backfill }: SummaryWrite, current: Fence): boolean {
  return current.runSeq < runSeq && (backfill || current.asOf <= asOf);
}

async function currentFences(userIds: readonly string[]): Promise<ReadonlyMap<string, Fence>> {
  const summaries = await UserSummaryModel.find(
    { userId: { $in: userIds } },
    { _id: 0, userId: 1, runSeq: 1, asOf: 1 },
  ).lean();
  return new Map(summaries.map(({ userId, ...fence }) => [userId.toHexString(), fence]));
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
