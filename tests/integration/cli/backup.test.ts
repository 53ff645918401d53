import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { database } from '../../../server/models/database.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { acquireLease, releaseLease } from '../../../server/models/system/LeaseModel.ts';
import { nextInSequence } from '../../../server/models/system/SequenceModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { command, settingsOf } from '../command.ts';
import { useInstallation } from '../core/installation.ts';
import { emptyDatabase } from '../emptyDatabase.ts';

const installation = useInstallation();
const { queue } = installation;
const { Double, Int32, Long, Decimal128, Binary } = mongoose.mongo;
let folder: string;
let runId: string;

const types = () =>
  mongoose.connection
    .collection<{ _id: string; [field: string]: unknown }>('own')
    .findOne({}, { promoteValues: false });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-backup-'));
  ({ runId } = await installation.producer.enqueueUsers(await installation.makeUsers(1_200)));
  await mongoose.connection.collection<{ _id: string; [field: string]: unknown }>('own').insertOne({
    _id: 'types',
    whole: new Double(3),
    int: new Int32(3),
    long: Long.fromString('9007199254740993'),
    decimal: Decimal128.fromString('0.10'),
    binary: new Binary(Buffer.from([0, 255])),
    at: new Date(0),
  });
});
afterAll(() => rm(folder, { recursive: true }));

const run = (which: 'backup' | 'restore', ...args: string[]) =>
  command(which, args, { settings: settingsOf(installation) });

describe('npm run backup and npm run restore', () => {
  async function indexesOfJobs(): Promise<unknown[]> {
    const indexes = await mongoose.connection.collection('jobstatuses').indexes();
    const byName = indexes.toSorted((one, other) =>
      String(one.name) < String(other.name) ? -1 : 1,
    );
    return byName.map(({ key, name, unique, partialFilterExpression }) => ({
      ...{ key, name, unique, partialFilterExpression },
    }));
  }

  it('put everything back as it was: documents with their types, indexes, and every job', async () => {
    const before = await types();
    const indexesBefore = await indexesOfJobs();
    const numberBefore = await nextInSequence('runs');
    const backup = join(folder, 'all');
    const made = await run('backup', backup);
    expect(made, made.text).toMatchObject({ code: 0 });
    expect(made.text).toMatch(/MongoDB: 1200 of jobstatuses\n/);
    expect((await stat(backup)).mode & 0o077, 'for its owner alone').toBe(0);

    await installation.wipeRedis();
    await emptyDatabase(database());
    const restored = await run('restore', backup);
    expect(restored, restored.text).toMatchObject({ code: 0 });
    expect(await types()).toEqual(before);
    expect(await JobStatusModel.countDocuments({ runId, status: 'queued' })).toBe(1_200);
    expect(await installation.reconcile()).toMatchObject({ readded: 1_200 });
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 1_200 });
    expect(indexesBefore.length).toBeGreaterThan(5);
    expect(await indexesOfJobs()).toEqual(indexesBefore);
    expect(await nextInSequence('runs')).toBeGreaterThan(numberBefore + 1_000);
  });

  it('refuse what is not empty, and change nothing', async () => {
    const backup = join(folder, 'all');
    for (const args of [[], ['--only', 'mongodb']]) {
      const { code, text } = await run('restore', backup, ...args);
      expect(code).toBe(1);
      expect(text).toMatch(/is not empty.*--replace/);
    }
    const { code, text } = await run('backup', backup);
    expect(code).toBe(1);
    expect(text).toContain('EEXIST');
    expect(await JobStatusModel.countDocuments({ runId })).toBe(1_200);
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 1_200 });
  });

  it('refuse a Redis that is not empty though the database is, and change nothing', async () => {
    const MONGODB_URI = `${installation.mongoUri}-empty`;
    const settings = { ...settingsOf(installation), MONGODB_URI };
    const { code, text } = await command('restore', [join(folder, 'all')], { settings });
    expect(code).toBe(1);
    expect(text).toMatch(/Redis is not empty under .*--replace/);
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 1_200 });
  });

  it('replace when told to, but never beneath running workers or a running API', async () => {
    const backup = join(folder, 'all');
    const workers = mongoose.connection.collection<{ _id: string; [field: string]: unknown }>(
      'workers',
    );
    const refusal = { code: 1, text: expect.stringContaining('npx pm2 stop') };
    const both = [[], ['--only', 'mongodb']];
    // Seen far in the future: alive however slowly the command starts.
    const lastSeenAt = new Date(Date.now() + 600_000);
    await workers.insertOne({ _id: 'w', farewellAt: null, lastSeenAt });
    for (const only of both) {
      expect(await run('restore', backup, '--replace', ...only)).toMatchObject(refusal);
    }
    await workers.deleteMany({});
    // As an API process has it while it runs.
    await acquireLease('ledger-keeper', 'api', 600_000);
    for (const only of both) {
      expect(await run('restore', backup, '--replace', ...only)).toMatchObject(refusal);
    }
    await releaseLease('ledger-keeper', 'api');
    await JobStatusModel.deleteMany({ runId });
    const replaced = await run('restore', backup, '--replace');
    expect(replaced, replaced.text).toMatchObject({ code: 0 });
    expect(await JobStatusModel.countDocuments({ runId })).toBe(1_200);
    expect(await queue.pendingCounts()).toMatchObject({ waiting: 0 });
    expect(await installation.reconcile()).toMatchObject({ readded: 1_200 });
  });

  it('restore one of before, which holds what Redis held too: that file is ignored', async () => {
    const backup = join(folder, 'of-before');
    await cp(join(folder, 'all'), backup, { recursive: true });
    await writeFile(join(backup, 'redis.bson.gz'), 'not read');
    const manifest = join(backup, 'manifest.json');
    const redis = { documents: 1, bytes: 8, sha256: '0'.repeat(64) };
    await writeFile(
      manifest,
      JSON.stringify({ ...JSON.parse(await readFile(manifest, 'utf8')), redis }),
    );
    await JobStatusModel.deleteMany({ runId });
    const restored = await run('restore', backup, '--replace');
    expect(restored, restored.text).toMatchObject({ code: 0 });
    expect(await installation.reconcile()).toMatchObject({ readded: 1_200 });
    expect((await readdir(join(folder, 'all'))).toSorted()).toEqual([
      ...['indexes.bson.gz', 'manifest.json', 'mongodb'],
    ]);
  });

  it.each([
    ['damaged', /unexpected end of file/],
    ['not there', /jobstatuses\.bson\.gz, at document 0: ENOENT/],
  ])('leave both sides as they are when a file of a backup is %s', async (how, reason) => {
    const backup = join(folder, how);
    await cp(join(folder, 'all'), backup, { recursive: true });
    const file = join(backup, 'mongodb/jobstatuses.bson.gz');
    if (how === 'damaged') await writeFile(file, (await readFile(file)).subarray(0, 500));
    else await rm(file);
    await UserModel.deleteMany({});
    const { code, text } = await run('restore', backup, '--replace');
    expect(code).toBe(1);
    expect(text).toMatch(reason);
    expect(await UserModel.countDocuments({}), 'nothing was put back').toBe(0);
    expect(await JobStatusModel.countDocuments({ runId })).toBe(1_200);
    expect((await queue.pendingCounts()).waiting).toBe(1_200);
  });

  it('keep the records that an open run counts, though their time was over in the backup', async () => {
    const { producer } = installation;
    const users = await installation.makeUsers(3);
    await producer.enqueueUsers(users);
    const { runId: open } = await producer.enqueueUsers(users);
    // Or MongoDB might delete them before they are backed up.
    await mongoose.connection.collection('jobstatuses').dropIndex('expiresAt_1');
    await JobStatusModel.updateMany({ runId: open }, { $set: { expiresAt: new Date(0) } });
    const backup = join(folder, 'old');
    expect(await run('backup', backup)).toMatchObject({ code: 0 });
    const restored = await run('restore', backup, '--only', 'mongodb', '--replace');
    expect(restored, restored.text).toMatchObject({ code: 0 });
    const later = { $gt: new Date() };
    expect(await JobStatusModel.countDocuments({ runId: open, expiresAt: later })).toBe(3);
    expect(await installation.runIn('completed', open)).toMatchObject({ duplicates: 3 });
  });
});
