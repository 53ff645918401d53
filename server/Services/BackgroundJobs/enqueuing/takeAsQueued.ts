import { randomUUID } from 'node:crypto';
import { chunksOf } from '../../../config/chunksOf.ts';
import { DURABLE } from '../../../models/durable.ts';
import { inChunks, MOST_NAMES } from '../../../models/inChunks.ts';
import { retryLostRaces } from '../../../models/lostRaces.ts';
import { duplicateKeyPositions } from '../../../models/mongoErrors.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** What changes in a record that is taken, besides its being queued. */
export interface Taking {
  $set: Record<string, unknown>;
  $unset?: Record<string, number>;
  $push?: Record<string, unknown>;
}

type AsRead = Pick<JobStatusDoc, 'status' | 'generation' | 'updatedAt'>;

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
  const alike = new Map<string, { asRead: AsRead; taking: Taking; ids: string[] }>();
  for (const record of records) {
    const { _id, status, generation, updatedAt: readAt, unique } = record;
    const asRead = { status, generation, updatedAt: readAt };
    const taking = takingOf(record);
    // Only one of several with the same `unique` may be taken, so each of these is a write of its own.
    const key = JSON.stringify([asRead, taking, unique === null ? null : _id]);
    const group = alike.get(key) ?? { asRead, taking, ids: [] };
    group.ids.push(_id);
    alike.set(key, group);
  }
  const writes = [...alike.values()].flatMap(({ asRead, taking: { $set, ...rest }, ids: names }) =>
    chunksOf(names, MOST_NAMES).map((some) => ({
      updateMany: {
        filter: {
          ...{ _id: { $in: some }, ...asRead },
          ...(!evenToBeCancelled && { cancelRequestedAt: { $exists: false } }),
        },
        update: { $set: { ...$set, status: 'queued' as const, updatedAt, claim }, ...rest },
      },
    })),
  );
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
