import { randomUUID } from 'node:crypto';
import mongoose, { model, mongo, Schema } from 'mongoose';
import { DURABLE } from '../durable.ts';
import { isDuplicateKey } from '../mongoErrors.ts';

/** The one document that says which installation this database is. */
interface InstallationDoc {
  _id: typeof THE_ONE;
  /** The id that stands in Redis as well. */
  id: string;
  /** What the server called this collection when the id was given: a copy is called otherwise. */
  home: string | null;
  /** Places in Redis where this installation met another one, and which are not its own. */
  refusedAt: string[];
}

/** An installation as its database knows it. */
export interface Installation {
  id: string;
  /** Whether the database was copied since it was given its id: then the id may be another's too. */
  isCopy: boolean;
  refusedAt: readonly string[];
}

/** A backup leaves it out: what is restored elsewhere must not take over the identity. */
export const INSTALLATIONS = 'installations';
const THE_ONE = 'installation';

const installationSchema = new Schema<InstallationDoc>(
  {
    _id: { type: String, required: true },
    id: { type: String, required: true },
    home: { type: String, default: null },
    refusedAt: { type: [String], default: [] },
  },
  { collection: INSTALLATIONS, versionKey: false, autoIndex: false },
);

const InstallationModel = model<InstallationDoc>('Installation', installationSchema);

/** Reads which installation this is; the first to ask makes its id, durably. */
export async function readInstallation(): Promise<Installation> {
  const { id, home, refusedAt } = (await find()) ?? (await make());
  const current = await nameOfCollection();
  if (home === null && current !== null) {
    await InstallationModel.updateOne(
      { _id: THE_ONE, id, home: null },
      { $set: { home: current } },
      { writeConcern: DURABLE },
    );
  }
  return { id, isCopy: isCopied(home, current), refusedAt };
}

/** The same for who only looks: null for a database that has no id yet. */
export async function findInstallation(): Promise<Installation | null> {
  const found = await find();
  if (found === null) return null;
  const { id, home, refusedAt } = found;
  return { id, isCopy: isCopied(home, await nameOfCollection()), refusedAt };
}

function isCopied(home: string | null, current: string | null): boolean {
  return home !== null && current !== null && home !== current;
}

/** Gives the database an id of its own in place of one that it shares with another. */
export async function renewInstallation(sharedId: string): Promise<Installation> {
  await InstallationModel.updateOne(
    { _id: THE_ONE, id: sharedId },
    { $set: { id: randomUUID(), home: await nameOfCollection(), refusedAt: [] } },
    { writeConcern: DURABLE },
  );
  return readInstallation();
}

/** Remembers that this place in Redis is another's: it is not taken when it seems to be free. */
export async function noteRefusedAt(place: string): Promise<void> {
  await InstallationModel.updateOne(
    { _id: THE_ONE },
    { $addToSet: { refusedAt: place } },
    { writeConcern: DURABLE },
  );
}

/** Forgets that again. */
export async function forgetRefusedAt(place: string): Promise<void> {
  await InstallationModel.updateOne(
    { _id: THE_ONE },
    { $pull: { refusedAt: place } },
    { writeConcern: DURABLE },
  );
}

/** The database of the open connection as people know it: its name and where it is. */
export function databaseName(): string {
  const { name, host, port } = mongoose.connection;
  return `${name} at ${host}:${port}`;
}

function find(): Promise<InstallationDoc | null> {
  return InstallationModel.findById(THE_ONE).lean<InstallationDoc>();
}

async function make(): Promise<InstallationDoc> {
  const made = { id: randomUUID(), home: null, refusedAt: [] };
  try {
    await InstallationModel.updateOne(
      { _id: THE_ONE },
      { $setOnInsert: made },
      { upsert: true, writeConcern: DURABLE },
    );
  } catch (error) {
    // Another process was first.
    if (!isDuplicateKey(error)) throw error;
  }
  return (await find()) ?? { _id: THE_ONE, ...made };
}

/**
 * The UUID that the server gave this collection when it was made. It outlasts restarts, failovers and
 * new members of a replica set, but not `mongodump` and `mongorestore`. Null where a server has none.
 */
async function nameOfCollection(): Promise<string | null> {
  const { db } = mongoose.connection;
  if (db === undefined) throw new Error('There is no connection to MongoDB.');
  const [found] = await db.listCollections({ name: INSTALLATIONS }).toArray();
  const uuid: unknown = found !== undefined && 'info' in found ? found.info?.uuid : undefined;
  if (uuid instanceof mongo.Binary) return Buffer.from(uuid.buffer).toString('hex');
  return typeof uuid === 'string' ? uuid : null;
}
