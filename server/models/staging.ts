import { randomUUID } from 'node:crypto';
import { mongo } from 'mongoose';
import { type Fields, toBson } from './bson.ts';
import { database } from './database.ts';
import { DURABLE } from './durable.ts';
import { retryLostRaces } from './lostRaces.ts';

const NAMESPACE_NOT_FOUND = 26;
const INSERT_DOCUMENTS = 500;
/** Far below the 48 MB of a message, and above the largest document. */
const INSERT_BYTES = 20_000_000;
/** What a server adds to an index in its list and another may not take. */
const OWN_TO_A_SERVER = ['v', 'ns', 'background', 'storageEngine'];

/** A collection as it is loaded, beside the one that it is to replace. */
export function stagedName(stagedAs: string, collection: string): string {
  return `${stagedAs}${collection}`;
}

/**
 * Looks whether this server gives a collection a name with a dot, as FerretDB does not. To be asked
 * before anything is replaced. @throws Error that says so.
 */
export async function requireRenameTo(collections: readonly string[]): Promise<void> {
  const dotted = collections.find((name) => name.includes('.'));
  if (dotted === undefined) return;
  const probe = `restoring-probe-${randomUUID()}`;
  await database().createCollection(probe);
  try {
    const { collectionName } = await database().collection(probe).rename(`${probe}.dot`);
    await dropCollection(collectionName);
  } catch (error) {
    await dropCollection(probe);
    throw new Error(
      `This server renames no collection to ${dotted}, because of the dot (${(error as Error).message}). ` +
        'Restore into MongoDB itself.',
    );
  }
}

/**
 * Makes a collection and inserts documents, durably.
 * @returns how many it holds then, as the server counts them.
 */
export async function fillCollection(
  name: string,
  documents: AsyncIterable<Fields>,
): Promise<number> {
  await retryLostRaces(() => database().createCollection(name));
  let batch: Fields[] = [];
  let bytes = 0;
  const insert = async () => {
    if (batch.length === 0) return;
    // The driver's insertMany would give an id to a document whose id is null.
    const answer = await database().command({
      insert: name,
      documents: batch,
      writeConcern: DURABLE,
    });
    const [refused] = (answer.writeErrors ?? []) as { errmsg: string }[];
    if (refused !== undefined) throw new Error(`${name} takes no such document: ${refused.errmsg}`);
    batch = [];
    bytes = 0;
  };
  for await (const document of documents) {
    batch.push(document);
    bytes += toBson(document).length;
    if (batch.length === INSERT_DOCUMENTS || bytes > INSERT_BYTES) await insert();
  }
  await insert();
  return database().collection(name).countDocuments();
}

/** An index as a server lists it, without what only that server can make. */
export function portableIndex(listed: Fields): Fields {
  return new Map([...listed].filter(([option]) => !OWN_TO_A_SERVER.includes(option)));
}

/**
 * Makes one index.
 * @throws Error that names it when the documents contradict it, or the server cannot make it.
 */
export async function makeIndex(collection: string, index: Fields): Promise<void> {
  try {
    await database().command({ createIndexes: collection, indexes: [index] });
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`The index ${index.get('name')} cannot be made of ${collection}: ${reason}`);
  }
}

/** Puts a collection in the place of another, with its indexes, in one step; once it is done, nothing. */
export async function putInPlace(staged: string, target: string): Promise<void> {
  const options = { dropTarget: true, writeConcern: DURABLE };
  await database().collection(staged).rename(target, options).catch(unlessAbsent);
}

/** Removes a collection with all that it holds, if it is there. */
export async function dropCollection(name: string): Promise<void> {
  await database().dropCollection(name, { writeConcern: DURABLE }).catch(unlessAbsent);
}

function unlessAbsent(error: unknown): void {
  const absent = error instanceof mongo.MongoServerError && error.code === NAMESPACE_NOT_FOUND;
  if (!absent) throw error;
}
