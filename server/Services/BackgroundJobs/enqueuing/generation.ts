import { randomUUID } from 'node:crypto';
import { DURABLE } from '../../../models/durable.ts';
import { duplicateKeyPositions } from '../../../models/mongoErrors.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { noteChange, tally } from '../numbers/tally.ts';

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
  if (records.length === 0) return [];
  const now = new Date();
  // Two callers may read the same record and write at the same instant: only this tells who has it.
  const claim = randomUUID();
  const claiming = JobStatusModel.bulkWrite(
    records.map((record) => ({
      updateOne: {
        filter: {
          _id: record._id,
          status: record.status,
          generation: record.generation,
          updatedAt: record.updatedAt,
          ...(!hand && { cancelRequestedAt: { $exists: false } }),
        },
        update: {
          $set: {
            status: 'queued',
            generation: record.generation + 1,
            attempts: 0,
            starts: 0,
            startedAt: null,
            finishedAt: null,
            durationMs: null,
            worker: null,
            error: null,
            history: [],
            result: null,
            effects: null,
            updatedAt: now,
            claim,
            ...(requestId !== undefined && { requestId }),
            // Released when the job ended; an open one holds it still, or has released it for good.
            ...(hand && record.unique !== null && { uniqueHeld: record.unique }),
          },
          $unset: {
            ...{ expiresAt: 1, postponedSince: 1 },
            ...{ cancelRequestedAt: 1, cancelUnlessAtWork: 1, progress: 1 },
          },
          ...(record.status === 'failed' && { $push: { failedGenerations: remembered(record) } }),
        },
      },
    })),
    { ordered: false, writeConcern: DURABLE },
  );
  // Another job of the same `unique` is open by now: that record stays as it is.
  await claiming.catch(duplicateKeyPositions);
  const ids = records.map(({ _id }) => _id);
  const claimed = await JobStatusModel.find({ _id: { $in: ids }, claim, status: 'queued' }).lean<
    JobStatusDoc[]
  >();
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
