import { packageVersion } from '../../config/packageVersion.ts';
import { SHAPES_VERSION } from '../../models/shapes.ts';
import { ensureShapes, findShapes, type ShapesDoc } from '../../models/system/ShapesModel.ts';

/** What brings a database of an older version forward. */
export const MIGRATE = 'npm run migrate';

/** A version of the shapes, and the release that has it. */
export type Shapes = Pick<ShapesDoc, 'version' | 'release'>;

/** The shapes that this program reads and writes. */
export const OWN_SHAPES: Shapes = { version: SHAPES_VERSION, release: packageVersion() };

/**
 * Asks the database of the models, or that of another connection; one that is new is taken for this program's.
 * @throws Error that says what to do, when it is of another version's shapes.
 */
export async function requireOwnShapes(
  connection?: Parameters<typeof findShapes>[0],
  own = OWN_SHAPES,
): Promise<void> {
  const problem = problemOf(await ensureShapes(own, connection), own);
  if (problem !== null) throw new Error(problem);
}

/** Why this program may not use the database, in one sentence; null when it may. Writes nothing. */
export async function shapesProblem(own = OWN_SHAPES): Promise<string | null> {
  const shapes = await findShapes();
  return shapes === null ? null : problemOf(shapes, own);
}

function problemOf({ version, release, migrating }: ShapesDoc, own: Shapes): string | null {
  const newest = migrating ?? { to: version, release };
  const reads = `this is ${own.release}, which reads shapes ${own.version}`;
  if (newest.to > own.version) {
    return `The database is of Hourwork ${newest.release} (shapes ${newest.to}), and ${reads}. Start Hourwork ${newest.release} or a later one.`;
  }
  if (migrating !== null) {
    return `The database is being brought to shapes ${migrating.to}, or that was interrupted. If no ${MIGRATE} runs: ${MIGRATE}`;
  }
  if (version < own.version) {
    return `The database is of Hourwork ${release} (shapes ${version}), and ${reads}. Make a backup with Hourwork ${release}, then: ${MIGRATE}`;
  }
  return null;
}
