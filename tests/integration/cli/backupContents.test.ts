import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDir } from '../../../scripts/project.mjs';
import { database } from '../../../server/models/database.ts';
import { requireOwnShapes } from '../../../server/Services/Migrating/ownShapes.ts';
import { command, settingsOf } from '../command.ts';
import { useInstallation } from '../core/installation.ts';
import { emptyDatabase } from '../emptyDatabase.ts';

const installation = useInstallation();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-contents-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (which: 'backup' | 'restore', ...args: string[]) =>
  command(which, args, { settings: settingsOf(installation) });

/** What the work may answer, and what formats with control words take for something else. */
const RESULT = {
  ref: { $oid: 'none' },
  date: { $date: 'soon' },
  number: { $numberLong: '5' },
  code: { $code: 'x' },
  operator: { $set: { status: 'queued' } },
  'a.b': '$status',
  lines: 'a\u2028b\u2029c\r\n',
};

/** What is changed by the time that has passed, and what lives for a while only. */
const OVERTAKEN = ['sequences', 'leases', 'workers'];

/** The restore's own mark, and the name of this installation. */
const NOT_BACKED_UP = ['restores', 'installations'];

async function collections(): Promise<string[]> {
  const found = await mongoose.connection.listCollections();
  return found.map(({ name }) => name).filter((name) => !NOT_BACKED_UP.includes(name));
}

/** Every document of the database, by collection. */
async function stored(): Promise<Map<string, unknown[]>> {
  const names = (await collections()).filter((name) => !OVERTAKEN.includes(name)).sort();
  const documents = names.map((name) =>
    mongoose.connection
      .collection(name)
      .find({}, { promoteValues: false })
      .sort({ _id: 1 })
      .toArray(),
  );
  return new Map((await Promise.all(documents)).map((found, at) => [names[at] ?? '', found]));
}

/** The indexes of every collection that has any but that of its ids. */
async function indexes(): Promise<Map<string, unknown[]>> {
  const found = new Map<string, unknown[]>();
  for (const name of (await collections()).sort()) {
    const all = await mongoose.connection.collection(name).indexes();
    if (all.length > 1)
      found.set(
        name,
        all.toSorted((a, b) => String(a.name).localeCompare(String(b.name))),
      );
  }
  return found;
}

/** The collections of all models; a file of server/models/ that has one is named after it. */
async function modelCollections(): Promise<string[]> {
  const models = join(projectDir, 'server/models');
  const files = await readdir(models, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('Model.ts'))) {
    await import(join(models, file));
  }
  const names = Object.values(mongoose.models).map(({ collection }) => collection.name);
  return names.filter((name) => !NOT_BACKED_UP.includes(name));
}

describe('what is backed up and restored', () => {
  it('is every document as it was, also a result that looks like words of Extended JSON', async () => {
    const { stop } = await installation.startWorker(() => Promise.resolve(RESULT));
    const { runId: hostile, jobIds } = await installation.newRun(1);
    await installation.runIn('completed', hostile);
    await stop();
    const [jobId = ''] = jobIds;
    await requireOwnShapes();
    const before = await stored();
    expect(before.get('jobstatuses')).toContainEqual(
      expect.objectContaining({ _id: jobId, result: RESULT }),
    );
    const backup = join(folder, 'hostile');
    expect(await run('backup', backup)).toMatchObject({ code: 0 });
    const restored = await run('restore', backup, '--replace');
    expect(restored, restored.text).toMatchObject({ code: 0 });
    expect(await stored()).toEqual(before);
  });

  it('is every collection of the product, and each with its indexes', async () => {
    const names = await modelCollections();
    expect(names).toContain('users');
    for (const name of names) await mongoose.connection.collection(name).insertOne({ cover: name });
    await mongoose.connection.collection('own').insertOne({ int: 1 });
    await mongoose.connection.collection('own').createIndex({ int: 1 }, { unique: true });
    await mongoose.connection.collection('own').createIndex({ at: 1 }, { sparse: true });
    const before = await indexes();
    const backup = join(folder, 'every');
    expect(await run('backup', backup)).toMatchObject({ code: 0 });
    await emptyDatabase(database());
    const restored = await run('restore', backup, '--only', 'mongodb');
    expect(restored, restored.text).toMatchObject({ code: 0 });
    for (const name of names) {
      const filter = { cover: name };
      expect(await mongoose.connection.collection(name).countDocuments(filter), name).toBe(1);
      await mongoose.connection.collection(name).deleteMany(filter);
    }
    expect(await indexes()).toEqual(before);
  });
});
