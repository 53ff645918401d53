import type { Model } from 'mongoose';
import { DURABLE } from './durable.ts';
import { unlessTaken } from './unlessTaken.ts';

/**
 * Inserts a document durably.
 * @returns false when a unique index, such as that of the ids, holds its key already.
 */
export function insertOnce<Doc>(model: Model<Doc>, doc: Doc): Promise<boolean> {
  const record = new model(doc);
  return unlessTaken(() => record.save({ w: DURABLE.w, j: DURABLE.journal }));
}
