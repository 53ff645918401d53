import { type JobStatusDoc, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** So many failed generations a record remembers. */
const GENERATIONS_REMEMBERED = 10;

/**
 * Claims records for being put into Redis anew: each that still stands as it was read (same
 * state, generation and age) becomes `queued` in its next generation, durably. How a failed one
 * failed stays on record.
 * @returns the records claimed, as they are now.
 */
export async function claimNextGeneration(
  records: readonly JobStatusDoc[],
): Promise<JobStatusDoc[]> {
  if (records.length === 0) return [];
  const now = new Date();
  await JobStatusModel.bulkWrite(
    records.map((record) => ({
      updateOne: {
        filter: {
          _id: record._id,
          status: record.status,
          generation: record.generation,
          updatedAt: record.updatedAt,
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
            updatedAt: now,
          },
          $unset: { expiresAt: 1 },
          ...(record.status === 'failed' && { $push: { failedGenerations: remembered(record) } }),
        },
      },
    })),
    { ordered: false, writeConcern: { w: 'majority', journal: true } },
  );
  const generations = new Map(records.map(({ _id, generation }) => [_id, generation]));
  const claimed = await JobStatusModel.find({
    _id: { $in: records.map(({ _id }) => _id) },
    status: 'queued',
    updatedAt: now,
  }).lean<JobStatusDoc[]>();
  return claimed.filter(({ _id, generation }) => generation === (generations.get(_id) ?? 0) + 1);
}

function remembered({ generation, finishedAt, history }: JobStatusDoc) {
  return { $each: [{ generation, finishedAt, history }], $slice: -GENERATIONS_REMEMBERED };
}
