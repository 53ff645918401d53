import { database } from './database.ts';
import { INSTALLATIONS } from './system/InstallationModel.ts';
import { RestoreModel } from './system/RestoreModel.ts';
import { ShapesModel } from './system/ShapesModel.ts';

/**
 * What accounts for other documents is read before them: read after, a checkpoint would vouch for
 * records that are not in the backup, and a completed job for an effect that is not.
 */
const FIRST = ['scheduling', 'schedules', 'slots', 'runs', 'jobstatuses', 'httpexecutions'];

/**
 * All collections of the database, in the order in which a backup must read them; but for the restore's own
 * mark, and the one that says which installation it is, which is neither backed up nor replaced. Views
 * are left out: they hold nothing.
 */
export async function collectionNames(): Promise<string[]> {
  const found = await database().listCollections().toArray();
  const names = found
    .filter(({ name, type }) => type !== 'view' && !name.startsWith('system.'))
    .map(({ name }) => name)
    .filter((name) => name !== RestoreModel.collection.name && name !== INSTALLATIONS);
  const rest = names.filter((name) => !FIRST.includes(name)).sort();
  return [...FIRST.filter((name) => names.includes(name)), ...rest];
}

/** The documents of a collection in BSON, byte for byte as they are stored. */
export function storedDocuments(collection: string): AsyncIterable<Uint8Array> {
  return database().collection(collection).find<Uint8Array>({}, { raw: true });
}

/** The indexes of a collection in BSON, as the server lists them. */
export function storedIndexes(collection: string): AsyncIterable<Uint8Array> {
  return database()
    .collection(collection)
    .listIndexes({ raw: true }) as unknown as AsyncIterable<Uint8Array>;
}

/** The names of the collections that hold a document. */
export async function filledCollections(): Promise<string[]> {
  const filled: string[] = [];
  for (const name of await collectionNames()) {
    // It holds nothing but the version of the others.
    if (name === ShapesModel.collection.name) continue;
    const found = await database()
      .collection(name)
      .findOne({}, { projection: { _id: 1 } });
    if (found !== null) filled.push(name);
  }
  return filled;
}
