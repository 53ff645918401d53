import { retryLostRaces } from './lostRaces.ts';
import { isDuplicateKey } from './mongoErrors.ts';

/**
 * Writes one document, an insert or an upsert, and again where another writer won a race for it.
 * @returns false when a unique index, such as that of the ids, holds its key already: another was first,
 * or the upsert's filter does not fit the document that has it.
 */
export async function unlessTaken(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await retryLostRaces(write);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
