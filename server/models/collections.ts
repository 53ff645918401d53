import mongoose, { mongo } from 'mongoose';
import { DURABLE } from './durable.ts';

const { EJSON } = mongo.BSON;
const INSERT_AT_ONCE = 500;

/** Values as they are stored: a Double stays one though its value is whole. */
const AS_STORED = { promoteValues: false, promoteLongs: false, promoteBuffers: false } as const;

/**
 * What accounts for other documents is read before them: read after, a checkpoint would vouch for
 * records that are not in the backup, and a completed job for an effect that is not.
 */
const FIRST = ['schedules', 'slots', 'runs', 'jobstatuses'];

type Stored = mongo.Document;

/** All collections of the database, in the order in which a backup must read them. */
export async function collectionNames(): Promise<string[]> {
  const found = await database().listCollections({}, { nameOnly: true }).toArray();
  const names = found.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  const rest = names.filter((name) => !FIRST.includes(name)).sort();
  return [...FIRST.filter((name) => names.includes(name)), ...rest];
}

/** The documents of a collection, one at a time, as lines of canonical Extended JSON. */
export async function* documentLines(collection: string): AsyncGenerator<string> {
  for await (const document of database().collection(collection).find({}, AS_STORED)) {
    yield EJSON.stringify(document, { relaxed: false });
  }
}

/** Inserts such lines. @returns how many. */
export async function insertLines(
  collection: string,
  lines: AsyncIterable<string>,
): Promise<number> {
  let inserted = 0;
  let batch: Stored[] = [];
  const insert = async () => {
    if (batch.length === 0) return;
    await database().collection(collection).insertMany(batch, { writeConcern: DURABLE });
    inserted += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    batch.push(EJSON.parse(line, { relaxed: false }) as Stored);
    if (batch.length === INSERT_AT_ONCE) await insert();
  }
  await insert();
  return inserted;
}

/** The names of the collections that hold a document. */
export async function filledCollections(): Promise<string[]> {
  const filled: string[] = [];
  for (const name of await collectionNames()) {
    if (
      (await database()
        .collection(name)
        .findOne({}, { projection: { _id: 1 } })) !== null
    ) {
      filled.push(name);
    }
  }
  return filled;
}

/** Removes all collections with all that they hold. */
export async function dropCollections(): Promise<void> {
  for (const name of await collectionNames()) await database().dropCollection(name);
}

function database(): mongo.Db {
  const { db } = mongoose.connection;
  if (db === undefined) throw new Error('There is no connection to MongoDB.');
  return db;
}
