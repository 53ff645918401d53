import mongoose from 'mongoose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { connectMongoPatiently } from '../../../server/composition/mongoAtStart.ts';
import { stopWhenRestored } from '../../../server/composition/restoreWatch.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { ShapesModel } from '../../../server/models/system/ShapesModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { type MigrationStep, migrate } from '../../../server/Services/Migrating/migrate.ts';
import {
  OWN_SHAPES,
  requireOwnShapes,
  shapesProblem,
} from '../../../server/Services/Migrating/ownShapes.ts';
import { command } from '../command.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { makeUser, useOwnDatabase } from '../scoring/ownDatabase.ts';

const uri = useOwnDatabase();
const RECORDS = 35;
const NEXT = { version: 3, release: '0.3.0' };
interface Thing {
  _id: string;
  [field: string]: unknown;
}
const things = () => mongoose.connection.collection<Thing>('jobstatuses');
const STEPS: MigrationStep[] = [
  { to: 2, what: 'names colours', collection: 'jobstatuses', update: { $set: { colour: 'red' } } },
  {
    ...{ to: 3, what: 'copies colours', collection: 'jobstatuses' },
    update: [{ $set: { paint: '$colour' } }],
  },
];
const options = {
  ...{ steps: STEPS, pageSize: 10, own: NEXT },
  whenUnused: () => Promise.resolve(),
  onProgress: () => undefined,
};
/** Fails after two pages, as if the process had been killed. */
const killed = {
  ...options,
  onProgress(_: MigrationStep, done: number) {
    if (done === 20) throw new Error('killed');
  },
};

/** What another release wrote down. */
async function bringTo(version: number, release: string): Promise<void> {
  await ShapesModel.deleteMany({});
  await ShapesModel.create({ _id: 'shapes', version, release });
}

beforeEach(async () => {
  await things().insertMany(
    Array.from({ length: RECORDS }, (_, position) => ({ _id: `job-${100 + position}` })),
  );
});
afterEach(async () => {
  await Promise.all([
    things().deleteMany({}),
    UserModel.deleteMany({}),
    ShapesModel.deleteMany({}),
  ]);
});

it('brings a database of the first release forward in pages, and tells of each', async () => {
  await requireOwnShapes();
  expect(await shapesProblem(NEXT)).toBe(
    `The database is of Hourwork ${OWN_SHAPES.release} (shapes 1), and this is 0.3.0, which reads shapes 3. ` +
      `Make a backup with Hourwork ${OWN_SHAPES.release}, then: npm run migrate`,
  );
  const told: [string, number][] = [];
  const done = await migrate({
    ...options,
    onProgress: ({ what }, count) => told.push([what, count]),
  });
  expect(done).toEqual(STEPS);
  expect(told).toEqual(
    ['names colours', 'copies colours'].flatMap((what) =>
      [10, 20, 30, RECORDS].map((count) => [what, count]),
    ),
  );
  expect(await things().countDocuments({ paint: 'red' })).toBe(RECORDS);
  expect(await shapesProblem(NEXT)).toBeNull();
  expect(await migrate(options)).toEqual([]);
});

it('pages through documents whose ids are not text', async () => {
  for (let made = 0; made < 3; made += 1) await makeUser();
  const update = { $set: { active: false } };
  const steps = [{ to: 2, what: 'sends all home', collection: 'users', update }];
  const own = { version: 2, release: '0.2.0' };
  await requireOwnShapes();
  await migrate({ ...options, steps, own, pageSize: 2 });
  expect(await UserModel.countDocuments({ active: false })).toBe(3);
});

it('goes on where it was interrupted, and nobody uses the database meanwhile', async () => {
  await requireOwnShapes();
  await expect(migrate(killed)).rejects.toThrow('killed');
  expect(await shapesProblem(NEXT)).toMatch(
    /brought to shapes 2, or that was interrupted.*npm run migrate/,
  );
  expect(await shapesProblem()).toMatch(
    /is of Hourwork 0\.3\.0 \(shapes 2\).*Start Hourwork 0\.3\.0/,
  );
  await things().updateMany({ _id: { $lt: 'job-120' } }, { $set: { colour: 'done before' } });
  await migrate(options);
  expect(await things().countDocuments({ paint: 'done before' })).toBe(20);
  expect(await things().countDocuments({ paint: 'red' })).toBe(RECORDS - 20);
});

it('a migration that another process goes on with ends where it first was, and changes nothing more', async () => {
  await requireOwnShapes();
  const first = migrate({
    ...options,
    whenUnused: async () => {
      await migrate(options);
    },
  });
  await expect(first).rejects.toThrow('Another npm run migrate');
  expect(await shapesProblem(NEXT)).toBeNull();
});

it('changes nothing before all processes have stopped', async () => {
  await requireOwnShapes();
  const whenUnused = () => Promise.reject(new Error('A worker is running.'));
  await expect(migrate({ ...options, whenUnused })).rejects.toThrow('A worker is running.');
  expect(await things().countDocuments({ colour: 'red' })).toBe(0);
});

it('is of the first program’s version when it is new, and says so once it has documents', async () => {
  await things().deleteMany({});
  await requireOwnShapes(undefined, NEXT);
  await makeUser();
  expect(await shapesProblem(NEXT)).toBeNull();
  await expect(requireOwnShapes()).rejects.toThrow('is of Hourwork 0.3.0 (shapes 3)');
});

it('is not brought back, nor forward without its steps', async () => {
  await bringTo(4, '0.4.0');
  await expect(migrate(options)).rejects.toThrow('is of Hourwork 0.4.0 (shapes 4)');
  await bringTo(1, '0.1.0');
  await expect(migrate({ ...options, steps: [] })).rejects.toThrow('to shapes 2');
});

it('lets no process of another version begin, and ends those that run', async () => {
  const stop = vi.fn();
  const watch = stopWhenRestored(recordingLogger([]), stop);
  await bringTo(OWN_SHAPES.version + 1, '0.2.0');
  await vi.waitFor(() => expect(stop).toHaveBeenCalledOnce(), 10_000);
  await watch.stop();
  await disconnectMongo();

  const lines: LogLine[] = [];
  const connecting = new AbortController();
  const begun = connectMongoPatiently(uri, 'test', recordingLogger(lines), connecting.signal);
  await vi.waitFor(() => expect(lines).toHaveLength(1), 10_000);
  connecting.abort();
  await begun;
  expect(mongoose.connection.readyState).toBe(mongoose.ConnectionStates.disconnected);
  expect(lines[0]?.fields).toMatchObject({
    error: { message: expect.stringContaining('Start Hourwork 0.2.0') },
  });
  await connectMongo({ uri });
});

it('stops commands that would misread it', async () => {
  const settings = { MONGODB_URI: uri };
  await bringTo(OWN_SHAPES.version + 1, '0.2.0');
  const [refused, migrated] = await Promise.all([
    command('why', ['job-1'], { settings }),
    command('migrate', [], { settings }),
  ]);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Start Hourwork 0.2.0') });
  expect(migrated).toMatchObject({ code: 1, err: expect.stringContaining('never back') });
  await bringTo(OWN_SHAPES.version, OWN_SHAPES.release);
  const nothing = await command('migrate', [], { settings });
  expect(nothing).toMatchObject({ code: 0, out: expect.stringContaining('nothing to migrate') });
});
