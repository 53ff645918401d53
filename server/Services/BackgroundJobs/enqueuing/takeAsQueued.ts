import { randomUUID } from 'node:crypto';
import { groupBy } from '../../../config/groupBy.ts';
import { DURABLE } from '../../../models/durable.ts';
import { inChunks } from '../../../models/inChunks.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { duplicateKeyPositions } from '../../../models/mongoErrors.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** What changes in a record that is taken, besides its being queued. */
export interface Taking {
  $set: Record<string, unknown>;
  $unset?: Record<string, number>;
  $push?: Record<string, unknown>;
}

/** More names in one `$in` would cost FerretDB more than they save. */
const TAKEN_BY_ONE_WRITE = 100;

/**
 * Takes records as `queued`, durably, before they are put into Redis anew: each that still stands as it was
 * read (same state, generation and age). After a loss of Redis these are thousands: records of which the same
 * is to become are taken by one write.
 * @param evenToBeCancelled also those whose cancel was asked for.
 * @returns the records taken, as they are now.
 */
export async function takeAsQueued(
  records: readonly JobStatusDoc[],
  takingOf: (record: JobStatusDoc) => Taking,
  { evenToBeCancelled = false } = {},
): Promise<JobStatusDoc[]> {
  if (records.length === 0) return [];
  const updatedAt = new Date();
  // Two callers may read the same record and write at the same instant: only this tells who has it.
  const claim = randomUUID();
  const alike = groupBy(records, (record) => {
    const { _id, status, generation, unique } = record;
    const asRead = [status, generation, record.updatedAt.getTime()];
    // Only one of several with the same `unique` may be taken, so each of these is a write of its own.
    return JSON.stringify([...asRead, takingOf(record), unique === null ? null : _id]);
  });
  const writes = [...alike.values()].flatMap((group) =>
    chunksOf(group).map((chunk) => writeFor(chunk)),
  );

  function writeFor(chunk: readonly [JobStatusDoc, ...JobStatusDoc[]]) {
    const [first] = chunk;
    const { $set, ...rest } = takingOf(first);
    const { status, generation } = first;
    return {
      updateMany: {
        filter: {
          _id: { $in: chunk.map(({ _id }) => _id) },
          ...{ status, generation, updatedAt: first.updatedAt },
          ...(!evenToBeCancelled && { cancelRequestedAt: { $exists: false } }),
        },
        update: { $set: { ...$set, status: 'queued' as const, updatedAt, claim }, ...rest },
      },
    };
  }

  // Another job of the same `unique` is open by now: that record stays as it is.
  await retryLostRaces(() =>
    JobStatusModel.bulkWrite(writes, { ordered: false, writeConcern: DURABLE }),
  ).catch(duplicateKeyPositions);
  const ids = records.map(({ _id }) => _id);
  const taken = await inChunks(ids, (chunk) =>
    JobStatusModel.find({ _id: { $in: chunk }, claim, status: 'queued' }).lean<JobStatusDoc[]>(),
  );
  // In the order of the records: what is due first goes into Redis first.
  const byId = new Map(taken.map((record) => [record._id, record]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function chunksOf(group: readonly JobStatusDoc[]): [JobStatusDoc, ...JobStatusDoc[]][] {
  const chunks: [JobStatusDoc, ...JobStatusDoc[]][] = [];
  for (let start = 0; start < group.length; start += TAKEN_BY_ONE_WRITE) {
    const [first, ...others] = group.slice(start, start + TAKEN_BY_ONE_WRITE);
    if (first !== undefined) chunks.push([first, ...others]);
  }
  return chunks;
}
