import { DURABLE } from '../../models/durable.ts';
import { JobStatusModel } from '../../models/system/JobStatusModel.ts';
import { RunModel } from '../../models/system/RunModel.ts';
import { SequenceModel } from '../../models/system/SequenceModel.ts';

/** More runs than can have been begun since any backup that is worth restoring. */
const SKIPPED_NUMBERS = 1_000_000;
const DAY_MS = 86_400_000;

/**
 * Changes in loaded collections what the time since the backup has overtaken. To be done before they
 * have indexes.
 * @param staged the name of a loaded collection, by that of the one it will replace.
 */
export async function bringUpToDate(staged: (collection: string) => string): Promise<void> {
  await skipInSequences(staged);
  await keepRecordsOfOpenRuns(staged);
}

/** Numbers that were given out since the backup may stand in jobs and must not be given out again. */
async function skipInSequences(staged: (collection: string) => string): Promise<void> {
  const { db, collection } = SequenceModel;
  await db
    .collection(staged(collection.name))
    .updateMany({}, { $inc: { value: SKIPPED_NUMBERS } }, { writeConcern: DURABLE });
}

/**
 * Gives the records that open runs still count another day: in an older backup their time is over, and
 * MongoDB would delete them as soon as it has the index, before the keeper of the ledgers runs.
 */
async function keepRecordsOfOpenRuns(staged: (collection: string) => string): Promise<void> {
  const { db, collection } = JobStatusModel;
  const open = await db
    .collection(staged(RunModel.collection.name))
    .find({ sealed: null }, { projection: { _id: 1 } })
    .toArray();
  const expiresAt = new Date(Date.now() + DAY_MS);
  await db
    .collection(staged(collection.name))
    .updateMany(
      { runId: { $in: open.map(({ _id }) => _id) }, expiresAt: { $lt: expiresAt } },
      { $set: { expiresAt } },
      { writeConcern: DURABLE },
    );
}
