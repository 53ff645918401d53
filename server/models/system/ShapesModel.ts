import mongoose, { type Connection, model, Schema } from 'mongoose';
import { DURABLE } from '../durable.ts';
import { unlessTaken } from '../unlessTaken.ts';

/** The version of the shapes that the documents of this database have; see models/shapes.ts. */
export interface ShapesDoc {
  _id: typeof THE_ONE;
  version: number;
  /** The version of Hourwork that brought the database there. */
  release: string;
  /** The step that is under way, or was interrupted. */
  migrating: StepUnderWay | null;
}

/** How far a step of a migration has come. */
export interface StepUnderWay {
  /** Names the process that does it: whoever goes on with it takes another, and the first can do no more. */
  token: string;
  /** The version that it brings the database to, and the release that does. */
  to: number;
  release: string;
  /** The id of the last document of the last page that is done; null before the first. */
  beyond: DocumentId | null;
  /** Documents looked at. */
  done: number;
}

/** What a collection's documents are told apart by. */
export type DocumentId = string | mongoose.Types.ObjectId;

const THE_ONE = 'shapes';
/** Where one of these has a document, a database is not new. */
const TELLING = ['users', 'runs', 'jobstatuses'];
/** Before the version was written down, there was one alone. */
const UNWRITTEN = 1;

const shapesSchema = new Schema<ShapesDoc>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    release: { type: String, required: true },
    migrating: {
      type: new Schema<StepUnderWay>(
        {
          token: { type: String, required: true },
          to: { type: Number, required: true },
          release: { type: String, required: true },
          beyond: { type: Schema.Types.Mixed, default: null },
          done: { type: Number, required: true },
        },
        { _id: false },
      ),
      default: null,
    },
  },
  { collection: 'shapes', versionKey: false, autoIndex: false },
);

/** It is backed up and restored with the documents that it speaks of. */
export const ShapesModel = model<ShapesDoc>('Shapes', shapesSchema);

/** The version of the database's shapes; null where none is written down yet. */
export async function findShapes(
  connection: Connection = mongoose.connection,
): Promise<ShapesDoc | null> {
  return connection.collection<ShapesDoc>(ShapesModel.collection.name).findOne({ _id: THE_ONE });
}

/** The same, written down where it was not: a new database is of the version of the first that uses it. */
export async function ensureShapes(
  own: Pick<ShapesDoc, 'version' | 'release'>,
  connection: Connection = mongoose.connection,
): Promise<ShapesDoc> {
  const found = await findShapes(connection);
  if (found !== null) return found;
  const version = (await isNew(connection)) ? own.version : UNWRITTEN;
  const first = { version, release: own.release, migrating: null };
  const shapes = connection.collection<ShapesDoc>(ShapesModel.collection.name);
  await unlessTaken(() =>
    shapes.updateOne(
      { _id: THE_ONE },
      { $setOnInsert: first },
      { upsert: true, writeConcern: DURABLE },
    ),
  );
  return (await findShapes(connection)) ?? { _id: THE_ONE, ...first };
}

/**
 * Moves it on, durably.
 * @throws Error when another process has moved it: this one must leave the migration alone.
 */
export async function moveShapes(
  before: ShapesDoc,
  fields: Partial<Omit<ShapesDoc, '_id'>>,
): Promise<ShapesDoc> {
  const { version, migrating } = before;
  const held = migrating === null ? { migrating: null } : { 'migrating.token': migrating.token };
  const { matchedCount } = await ShapesModel.updateOne(
    { _id: THE_ONE, version, ...held },
    { $set: fields },
    { writeConcern: DURABLE },
  );
  if (matchedCount === 0) throw new Error('Another npm run migrate goes on with this migration.');
  return { ...before, ...fields };
}

async function isNew(connection: Connection): Promise<boolean> {
  for (const name of TELLING) {
    const document = await connection.collection(name).findOne({}, { projection: { _id: 1 } });
    if (document !== null) return false;
  }
  return true;
}
