import type { Model } from 'mongoose';
import { DURABLE } from './durable.ts';
import { retryLostRaces } from './lostRaces.ts';
import { isDuplicateKey } from './mongoErrors.ts';

/**
 * Inserts a document durably.
 * @returns false when a unique index, such as that of the ids, holds its key already.
 */
export async function insertOnce<Doc>(model: Model<Doc>, doc: Doc): Promise<boolean> {
  const record = new model(doc);
  try {
    await retryLostRaces(async () => {
      await record.save({ w: DURABLE.w, j: DURABLE.journal });
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
