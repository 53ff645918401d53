import mongoose, { type Connection, model, Schema } from 'mongoose';
import { DURABLE } from '../durable.ts';
import { retryLostRaces } from '../lostRaces.ts';
import { isDuplicateKey } from '../mongoErrors.ts';

/**
 * How far a restore has come: the backup is loaded beside what is there; its collections take their
 * places; what is left to do is in Redis. Until it replaces, it can be undone; from then on it must be
 * brought to its end.
 */
export type RestoreStage = 'loading' | 'replacing' | 'queues';

/** What is due in Redis: all is removed for the records to replace, or finished jobs are forgotten. */
export type QueuesDue = 'replace' | 'forget';

/** The one restore of the database that is under way, or was interrupted. */
export interface RestoreDoc {
  _id: typeof THE_ONE;
  /** Names this restore: whoever recovers it takes another, and the first can do no more. */
  token: string;
  stage: RestoreStage;
  folder: string;
  /** Where it was begun, as `<host>:<pid>`. */
  process: string;
  startedAt: Date;
  queuePrefix: string;
  queuesDue: QueuesDue;
  /** The part that the names of its loaded collections begin with. */
  stagedAs: string;
  /** The collections that the loaded ones take the places of. */
  replaced: string[];
  /** The collections that are not in the backup. */
  removed: string[];
}

const THE_ONE = 'restore';

const restoreSchema = new Schema<RestoreDoc>(
  {
    _id: { type: String, required: true },
    token: { type: String, required: true },
    stage: { type: String, required: true },
    folder: { type: String, required: true },
    process: { type: String, required: true },
    startedAt: { type: Date, required: true },
    queuePrefix: { type: String, required: true },
    queuesDue: { type: String, required: true },
    stagedAs: { type: String, required: true },
    replaced: { type: [String], required: true },
    removed: { type: [String], required: true },
  },
  { collection: 'restores', versionKey: false, autoIndex: false },
);

export const RestoreModel = model<RestoreDoc>('Restore', restoreSchema);

/** The restore that is under way or was interrupted; null when there is none. */
export async function findRestore(
  connection: Connection = mongoose.connection,
): Promise<RestoreDoc | null> {
  return connection.collection<RestoreDoc>(RestoreModel.collection.name).findOne({ _id: THE_ONE });
}

/** Marks that a restore is under way. @returns null when another one is. */
export async function markRestore(
  restore: Omit<RestoreDoc, '_id' | 'stage' | 'replaced' | 'removed'>,
): Promise<RestoreDoc | null> {
  const marked = { ...restore, stage: 'loading', replaced: [], removed: [] } as const;
  try {
    const { upsertedCount } = await retryLostRaces(() =>
      RestoreModel.updateOne(
        { _id: THE_ONE },
        { $setOnInsert: marked },
        { upsert: true, writeConcern: DURABLE },
      ),
    );
    return upsertedCount === 0 ? null : { ...marked, _id: THE_ONE, replaced: [], removed: [] };
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}

/** Moves the mark on, durably. @throws Error when the restore has been recovered by someone else. */
export async function moveRestore(
  restore: RestoreDoc,
  fields: Partial<Pick<RestoreDoc, 'token' | 'stage' | 'replaced' | 'removed'>>,
): Promise<RestoreDoc> {
  const { token, stage } = restore;
  const { matchedCount } = await RestoreModel.updateOne(
    { _id: THE_ONE, token, stage },
    { $set: fields },
    { writeConcern: DURABLE },
  );
  if (matchedCount === 0) throw new Error('This restore was recovered by another process.');
  return { ...restore, ...fields };
}

/** Takes the mark away: the database is as it was, or as in the backup. */
export async function unmarkRestore({ token }: RestoreDoc): Promise<void> {
  await RestoreModel.deleteOne({ _id: THE_ONE, token }, { writeConcern: DURABLE });
}
