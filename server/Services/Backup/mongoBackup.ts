import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fields, fromBson, toBson } from '../../models/bson.ts';
import { collectionNames, storedDocuments, storedIndexes } from '../../models/collections.ts';
import { writeDocuments } from './bsonFile.ts';
import type { MongoContents } from './manifest.ts';

/** Told as each collection is through. */
export type Told = (collection: string, documents: number) => void;

/** One index of a backup. */
export interface BackedUpIndex {
  collection: string;
  index: Fields;
}

const FOLDER = 'mongodb';
const INDEXES = 'indexes.bson.gz';

/** Where a backup has the documents of a collection. */
export function documentsFile(folder: string, collection: string): string {
  return join(folder, FOLDER, `${encodeURIComponent(collection)}.bson.gz`);
}

/** Where a backup has the indexes of all collections. */
export function indexesFile(folder: string): string {
  return join(folder, INDEXES);
}

/** Writes every collection into a file of its own below `folder`, and the indexes of all into one. */
export async function backUpMongo(folder: string, told: Told): Promise<MongoContents> {
  await mkdir(join(folder, FOLDER), { mode: 0o700 });
  const names = await collectionNames();
  const collections: MongoContents['collections'] = [];
  for (const name of names) {
    const contents = await writeDocuments(documentsFile(folder, name), storedDocuments(name));
    collections.push({ name, ...contents });
    told(name, contents.documents);
  }
  const indexes = await writeDocuments(indexesFile(folder), indexesOf(names));
  return { collections, indexes };
}

async function* indexesOf(collections: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const collection of collections) {
    for await (const listed of storedIndexes(collection)) {
      yield toBson(
        new Map<string, unknown>([
          ['collection', collection],
          ['index', fromBson(listed)],
        ]),
      );
    }
  }
}

/** Reads one index out of a backup. @throws Error when it is none. */
export function backedUpIndex(fields: Fields): BackedUpIndex {
  const [collection, index] = [fields.get('collection'), fields.get('index')];
  if (typeof collection !== 'string' || !(index instanceof Map)) throw new Error('it is no index');
  return { collection, index };
}
