import type { JobStatusDoc } from '../../../models/system/JobStatusModel.ts';
import { noteChange, tally } from '../numbers/tally.ts';
import { takeAsQueued } from './takeAsQueued.ts';

/** How many failed generations a record remembers. */
const GENERATIONS_REMEMBERED = 10;

/**
 * Claims records for being put into Redis anew: each that still stands as it was read (same
 * state, generation and age) becomes `queued` in its next generation, durably. How a failed one
 * failed stays on record.
 * @param by an administrator's hand clears a cancel that was asked for; nobody else puts such a job in
 * again. The HTTP request is the one that wants it, if one does.
 * @returns the records claimed, as they are now.
 */
export async function claimNextGeneration(
  records: readonly JobStatusDoc[],
  by: { hand: boolean; requestId?: string | undefined } = { hand: false },
): Promise<JobStatusDoc[]> {
  const { hand, requestId } = by;
  const claimed = await takeAsQueued(
    records,
    (record) => ({
      $set: {
        generation: record.generation + 1,
        // Attempts in all: those that a lost job has spent stay spent, and a hand gives it all of them anew.
        attempts: hand ? 0 : record.attempts,
        starts: 0,
        startedAt: null,
        finishedAt: null,
        durationMs: null,
        worker: null,
        error: null,
        history: [],
        result: null,
        effects: null,
        ...(requestId !== undefined && { requestId }),
        // Released when the job ended; an open one holds it still, or has released it for good.
        ...(hand && record.unique !== null && { uniqueHeld: record.unique }),
      },
      $unset: {
        ...{ expiresAt: 1, postponedSince: 1 },
        ...{ cancelRequestedAt: 1, cancelUnlessAtWork: 1, progress: 1 },
      },
      ...(record.status === 'failed' && { $push: { failedGenerations: remembered(record) } }),
    }),
    { evenToBeCancelled: hand },
  );
  tallyRetried(records, claimed);
  return claimed;
}

function tallyRetried(before: readonly JobStatusDoc[], claimed: readonly JobStatusDoc[]): void {
  const ids = new Set(claimed.map(({ _id }) => _id));
  for (const record of before) {
    if (record.status !== 'failed' || !ids.has(record._id)) continue;
    tally(record, { retried: 1 });
    noteChange(record.finishedAt);
  }
}

function remembered({ generation, finishedAt, history }: JobStatusDoc) {
  return { $each: [{ generation, finishedAt, history }], $slice: -GENERATIONS_REMEMBERED };
}
