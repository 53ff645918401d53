import { isLostRaceCode } from './lostRaces.ts';
import { DUPLICATE_KEY, writeErrorsOf } from './mongoErrors.ts';

/** Why one operation of a bulk write failed. */
export interface WriteFailure {
  /** Another writer was at the same document: look again, and try again. */
  readonly isConflict: boolean;
  readonly error: Error;
}

/**
 * Which operations of an unordered bulk write failed, by their position; all others took effect.
 * @throws the error itself when it does not tell of single operations: then none is known to hold.
 */
export function bulkWriteFailures(error: unknown): ReadonlyMap<number, WriteFailure> {
  return new Map(
    writeErrorsOf(error).map(({ index, code, errmsg }) => [
      index,
      {
        isConflict: code === DUPLICATE_KEY || isLostRaceCode(code),
        error: new Error(errmsg ?? 'The write failed.', { cause: error }),
      },
    ]),
  );
}

/**
 * For writes of which each may meet another writer, and nothing else may go wrong.
 * @throws the error itself when an operation failed for any other reason.
 */
export function requireConflicts(error: unknown): void {
  const failures = [...bulkWriteFailures(error).values()];
  if (failures.some(({ isConflict }) => !isConflict)) throw error;
}
