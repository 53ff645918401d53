import type { Model } from 'mongoose';
import { duplicateKeyPositions } from './mongoErrors.ts';

const BATCH = 500;

/**
 * Inserts the documents whose ids are not there yet; the others stay as they are.
 * @returns how many were inserted.
 */
export async function insertAbsent<Doc extends { _id: string }>(
  model: Model<Doc>,
  docs: readonly Doc[],
): Promise<number> {
  let inserted = 0;
  for (let start = 0; start < docs.length; start += BATCH) {
    const batch = docs.slice(start, start + BATCH);
    const known = await model
      .find({ _id: { $in: batch.map(({ _id }) => _id) } }, { _id: 1 })
      .lean<{ _id: string }[]>();
    const knownIds = new Set(known.map(({ _id }) => _id));
    const absent = batch.filter(({ _id }) => !knownIds.has(_id));
    if (absent.length === 0) continue;
    const lost = await model.collection
      .insertMany(absent as never, { ordered: false })
      .then(() => [])
      .catch(duplicateKeyPositions);
    inserted += absent.length - lost.length;
  }
  return inserted;
}
