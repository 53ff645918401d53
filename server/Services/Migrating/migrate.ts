import { randomUUID } from 'node:crypto';
import { database } from '../../models/database.ts';
import { DURABLE } from '../../models/durable.ts';
import {
  type DocumentId,
  ensureShapes,
  moveShapes,
  type ShapesDoc,
} from '../../models/system/ShapesModel.ts';
import { OWN_SHAPES, type Shapes } from './ownShapes.ts';

/**
 * What brings the database from the version before to `to`. A page may be done again after an interruption, so
 * an update must leave alone what it has changed.
 */
export interface MigrationStep {
  readonly to: number;
  /** What it does, for people, such as `names the queue of each job record`. */
  readonly what: string;
  readonly collection: string;
  /** Applied to all documents of the collection, page by page in the order of their ids. */
  readonly update: Readonly<Record<string, unknown>> | readonly Record<string, unknown>[];
}

interface MigrationOptions {
  steps: readonly MigrationStep[];
  /** Settles when no running process uses the database: they stop when they see that a migration has begun. */
  whenUnused: () => Promise<void>;
  /** Called after each page, with the number of documents that are done. */
  onProgress: (step: MigrationStep, done: number) => void;
  pageSize?: number;
  own?: Shapes;
}

const PAGE_SIZE = 1_000;

/**
 * Brings the database forward to this program's version, step by step and page by page. A migration that was
 * interrupted goes on where it was; one that still runs elsewhere is taken over, and ends there.
 * @returns the steps that were done.
 * @throws Error when the database is of a newer version, or a step is missing.
 */
export async function migrate({
  steps,
  whenUnused,
  onProgress,
  pageSize = PAGE_SIZE,
  own = OWN_SHAPES,
}: MigrationOptions): Promise<MigrationStep[]> {
  let shapes = await ensureShapes(own);
  const due = stepsBetween(shapes, own, steps);
  for (const [position, step] of due.entries()) {
    shapes = await begin(step, shapes, own.release);
    if (position === 0) await whenUnused();
    while (shapes.migrating !== null) {
      const { migrating } = shapes;
      const ids = await nextIds(step.collection, migrating.beyond, pageSize);
      const beyond = ids.at(-1);
      if (beyond === undefined) {
        shapes = await moveShapes(shapes, { ...own, version: step.to, migrating: null });
        break;
      }
      await updatePage(step, ids);
      const done = migrating.done + ids.length;
      shapes = await moveShapes(shapes, { migrating: { ...migrating, beyond, done } });
      onProgress(step, done);
    }
  }
  return due;
}

function stepsBetween(
  { version, release, migrating }: ShapesDoc,
  own: Shapes,
  steps: readonly MigrationStep[],
): MigrationStep[] {
  const reached = Math.max(version, migrating?.to ?? 0);
  if (reached > own.version) {
    throw new Error(
      `The database is of Hourwork ${migrating?.release ?? release} (shapes ${reached}), and this is ${own.release}, ` +
        `which reads shapes ${own.version}: a database is brought forward, never back.`,
    );
  }
  return Array.from({ length: own.version - version }, (_, position) => {
    const to = version + 1 + position;
    const step = steps.find((each) => each.to === to);
    if (step === undefined) throw new Error(`No step brings the database to shapes ${to}.`);
    return step;
  });
}

async function begin({ to }: MigrationStep, shapes: ShapesDoc, release: string) {
  const { beyond, done } = shapes.migrating ?? { beyond: null, done: 0 };
  return moveShapes(shapes, { migrating: { token: randomUUID(), to, release, beyond, done } });
}

async function nextIds(
  name: string,
  beyond: DocumentId | null,
  limit: number,
): Promise<DocumentId[]> {
  const found = await database()
    .collection<{ _id: DocumentId }>(name)
    .find(beyond === null ? {} : { _id: { $gt: beyond } }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
  return found.map(({ _id }) => _id);
}

async function updatePage({ collection, update }: MigrationStep, ids: readonly DocumentId[]) {
  await database()
    .collection<{ _id: DocumentId }>(collection)
    .updateMany({ _id: { $in: [...ids] } }, Array.isArray(update) ? [...update] : { ...update }, {
      writeConcern: DURABLE,
    });
}
