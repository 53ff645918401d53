import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  collectionNames,
  documentLines,
  dropCollections,
  filledCollections,
  insertLines,
} from '../../models/collections.ts';
import { DURABLE } from '../../models/durable.ts';
import { ensureIndexes } from '../../models/indexes.ts';
import { JobStatusModel } from '../../models/system/JobStatusModel.ts';
import { RunModel } from '../../models/system/RunModel.ts';
import { skipInSequences } from '../../models/system/SequenceModel.ts';
import { readLines, requireWhole, writeLines } from './lineFile.ts';

/** Told as each collection is through. */
type Told = (collection: string, documents: number) => void;

const FOLDER = 'mongodb';
const SUFFIX = '.ejson.gz';
/** More runs than can have been begun since any backup that is worth restoring. */
const SKIPPED_NUMBERS = 1_000_000;
const DAY_MS = 86_400_000;

/** Writes every collection into a file of its own below `folder`. */
export async function backUpMongo(folder: string, told: Told): Promise<void> {
  await mkdir(join(folder, FOLDER), { mode: 0o700 });
  for (const name of await collectionNames()) {
    told(name, await writeLines(fileOf(folder, name), documentLines(name)));
  }
}

/**
 * Looks whether a backup can be put back here: all of it is read.
 * @throws Error naming the collections that are in the way, unless they are to be replaced, or the
 * damage of a file.
 */
export async function requireRestorable(folder: string, replace: boolean): Promise<void> {
  const names = await backedUp(folder);
  const filled = await filledCollections();
  if (filled.length > 0 && !replace) {
    throw new Error(
      `The database is not empty (${filled.join(', ')}). Restore into another, or add --replace.`,
    );
  }
  for (const name of names) await requireWhole(fileOf(folder, name));
}

/**
 * Puts every collection of a backup back and makes its indexes. Whatever the database holds is
 * removed: to be called after `requireRestorable`.
 */
export async function restoreMongo(folder: string, told: Told): Promise<void> {
  const names = await backedUp(folder);
  await dropCollections();
  for (const name of names) {
    told(name, await insertLines(name, readLines(fileOf(folder, name))));
  }
  await skipInSequences(SKIPPED_NUMBERS);
  await keepRecordsOfOpenRuns();
  await ensureIndexes();
}

/**
 * Gives the records that open runs still count another day: in an older backup their time is over, and
 * MongoDB would delete them as soon as it has the index, before the keeper of the ledgers runs.
 */
async function keepRecordsOfOpenRuns(): Promise<void> {
  const open = await RunModel.find({ sealed: null }, { _id: 1 }).lean();
  const expiresAt = new Date(Date.now() + DAY_MS);
  await JobStatusModel.updateMany(
    { runId: { $in: open.map(({ _id }) => _id) }, expiresAt: { $lt: expiresAt } },
    { $set: { expiresAt } },
    { writeConcern: DURABLE },
  );
}

function fileOf(folder: string, collection: string): string {
  return join(folder, FOLDER, `${encodeURIComponent(collection)}${SUFFIX}`);
}

async function backedUp(folder: string): Promise<string[]> {
  const files = await readdir(join(folder, FOLDER)).catch(() => {
    throw new Error(`There is no backup of MongoDB in ${folder}.`);
  });
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => decodeURIComponent(file.slice(0, -SUFFIX.length)))
    .sort();
}
