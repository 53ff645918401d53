import { mongo } from 'mongoose';

const DUPLICATE_KEY = 11_000;

/** Why one operation of a bulk write failed. */
export interface WriteFailure {
  /** A unique index already holds this key. */
  readonly isDuplicateKey: boolean;
  readonly error: Error;
}

/**
 * Which operations of an unordered bulk write failed, by their position; all others took effect.
 * @throws the error itself when it does not tell of single operations: then none is known to hold.
 */
export function bulkWriteFailures(error: unknown): ReadonlyMap<number, WriteFailure> {
  if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
  const failures = [error.writeErrors].flat();
  if (failures.length === 0 || error.result.getWriteConcernError() !== undefined) throw error;
  return new Map(
    failures.map(({ index, code, errmsg }) => [
      index,
      {
        isDuplicateKey: code === DUPLICATE_KEY,
        error: new Error(errmsg ?? 'The write failed.', { cause: error }),
      },
    ]),
  );
}
