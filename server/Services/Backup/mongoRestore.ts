import { type Fields, fromBson } from '../../models/bson.ts';
import { collectionNames, filledCollections } from '../../models/collections.ts';
import { ensureIndexes, neededIndexes } from '../../models/indexes.ts';
import {
  dropCollection,
  fillCollection,
  makeIndex,
  portableIndex,
  putInPlace,
  requireRenameTo,
  stagedName,
} from '../../models/staging.ts';
import type { RestoreDoc } from '../../models/system/RestoreModel.ts';
import { readDocuments, requireWhole } from './bsonFile.ts';
import type { MongoContents } from './manifest.ts';
import { backedUpIndex, documentsFile, indexesFile, type Told } from './mongoBackup.ts';
import { bringUpToDate } from './upToDate.ts';

/**
 * Looks whether a backup can be put back here: all of it is read as the restore will read it.
 * @throws Error naming the collections that are in the way, unless they are to be replaced, or what
 * is wrong with a file.
 */
export async function requireRestorable(
  folder: string,
  { collections, indexes }: MongoContents,
  replace: boolean,
): Promise<void> {
  const filled = await filledCollections();
  if (filled.length > 0 && !replace) {
    throw new Error(
      `The database is not empty (${filled.join(', ')}). Restore into another, or add --replace.`,
    );
  }
  await requireRenameTo(collections.map(({ name }) => name));
  for (const { name, ...contents } of collections) {
    await requireWhole(documentsFile(folder, name), contents);
  }
  await requireWhole(indexesFile(folder), indexes, backedUpIndex);
}

/**
 * Loads every collection of a backup beside those that are there, with its indexes, ready to take
 * their places. Nothing that was there is touched.
 * @param warn is told of an index of the owner's that this server cannot make.
 * @throws Error when the documents do not all arrive, or contradict an index that the product needs.
 */
export async function loadMongo(
  folder: string,
  { collections }: MongoContents,
  stagedAs: string,
  { told, warn }: { told: Told; warn: (line: string) => void },
): Promise<void> {
  const staged = (name: string) => stagedName(stagedAs, name);
  for (const { name, documents } of collections) {
    const loaded = await fillCollection(staged(name), documentsOf(documentsFile(folder, name)));
    if (loaded !== documents) {
      throw new Error(`Of the ${documents} documents of ${name}, ${loaded} are in the database.`);
    }
    told(name, loaded);
  }
  await bringUpToDate(staged);
  // After the documents are counted and their times to live are set: MongoDB begins to delete then.
  for (const { name } of collections) {
    for (const index of neededIndexes(name)) await makeIndex(staged(name), index);
  }
  for await (const fields of documentsOf(indexesFile(folder))) {
    const { collection, index } = backedUpIndex(fields);
    const name = index.get('name');
    if (name === '_id_' || neededIndexes(collection).some((one) => one.get('name') === name))
      continue;
    await makeIndex(staged(collection), portableIndex(index)).catch((error: Error) => {
      warn(`! ${error.message}`);
    });
  }
}

/** What takes whose place, and what goes because the backup does not know it. */
export async function planReplacement(
  { collections }: MongoContents,
  stagedAs: string,
): Promise<Pick<RestoreDoc, 'replaced' | 'removed'>> {
  const replaced = collections.map(({ name }) => name);
  const removed = (await collectionNames()).filter(
    (name) => !replaced.includes(name) && !name.startsWith(stagedAs),
  );
  return { replaced, removed };
}

/** Puts all that was loaded in its place. It may be done again after it was interrupted anywhere. */
export async function replaceMongo({
  stagedAs,
  replaced,
  removed,
}: Pick<RestoreDoc, 'stagedAs' | 'replaced' | 'removed'>): Promise<void> {
  for (const name of replaced) await putInPlace(stagedName(stagedAs, name), name);
  for (const name of removed) await dropCollection(name);
  await ensureIndexes();
}

/** Removes what was loaded. It may be done again after it was interrupted anywhere. */
export async function unloadMongo(stagedAs: string): Promise<void> {
  const loaded = (await collectionNames()).filter((name) => name.startsWith(stagedAs));
  for (const name of loaded) await dropCollection(name);
}

async function* documentsOf(file: string): AsyncGenerator<Fields> {
  for await (const document of readDocuments(file)) yield fromBson(document);
}
