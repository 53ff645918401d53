import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

const name = `cli-${randomUUID().slice(0, 8)}`;
const uri = `${MONGODB_URI}/${name}`;
let folder: string;

/** Runs a command as its process would, in this one; answers what it printed and its exit code. */
async function command(which: 'indexes' | 'schedules' | 'why', ...args: string[]) {
  const out: string[] = [];
  const take = (chunk: unknown) => out.push(String(chunk)) > 0;
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take),
    vi.spyOn(process.stderr, 'write').mockImplementation(take),
  ];
  const { argv } = process;
  process.argv = ['node', which, ...args];
  process.exitCode = 0;
  // Loaded anew, as by a new process; mongoose itself stays, and must not know the models yet.
  vi.resetModules();
  mongoose.deleteModel(/.+/);
  try {
    await import(`../../../server/cli/${which}.ts`);
    return { text: out.join(''), code: process.exitCode };
  } finally {
    process.argv = argv;
    process.exitCode = 0;
    for (const stream of streams) stream.mockRestore();
  }
}

/** The commands close the connection behind them: what a test looks at is read in one of its own. */
async function inDatabase<T>(look: (db: mongoose.mongo.Db) => Promise<T>): Promise<T> {
  await connectMongo({ uri });
  try {
    const { db } = mongoose.connection;
    if (db === undefined) throw new Error('The connection has no database.');
    return await look(db);
  } finally {
    await disconnectMongo();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-cli-'));
  const file = join(folder, 'settings');
  await writeFile(file, `MONGODB_URI=${uri}\nREDIS_URL=${REDIS_URL}\nQUEUE_PREFIX={${name}}\n`);
  vi.stubEnv('ENV_FILE', file);
  vi.stubEnv('MONGODB_URI', '');
  vi.stubEnv('REDIS_URL', '');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
  await inDatabase((db) => db.dropDatabase());
});

describe('npm run indexes', () => {
  it('makes the indexes, and leaves them alone the second time', async () => {
    expect(await command('indexes')).toMatchObject({ code: 0 });
    const { text } = await command('indexes');
    expect(text).toMatch(/^Indexes stand for .*JobStatus.*\.\n$/);
    const made = await inDatabase((db) => db.collection('jobstatuses').indexes());
    expect(made.map(({ key }) => key)).toContainEqual({ runId: 1, status: 1, userId: 1 });
  });
});

describe('npm run schedules', () => {
  const schedule = () => inDatabase((db) => db.collection('schedules').findOne());

  it('holds the schedule for a time, and releases it', async () => {
    const held = await command('schedules', 'hold', '--minutes', '15');
    expect(held).toMatchObject({ code: 0, text: expect.stringContaining('is held until') });
    const until = (await schedule())?.heldUntil?.getTime() ?? 0;
    expect(until - Date.now()).toBeGreaterThan(14 * 60_000);

    expect(await command('schedules', 'release')).toMatchObject({ code: 0 });
    const released = await schedule();
    expect(released?.heldUntil).toBeNull();
    expect(released?.installedAt.getTime()).toBeLessThanOrEqual(Date.now());
  });
});

describe('npm run why', () => {
  const jobId = 'user-data-m-test-one';

  async function makeJob(db: mongoose.mongo.Db): Promise<void> {
    const now = new Date();
    const user = await db.collection('users').insertOne({ externalId: 'known', active: true });
    await db.collection<{ _id: string }>('jobstatuses').insertOne({
      _id: jobId,
      ...{ runId: 'm-test', runSeq: 1, queue: 'user-data', userId: user.insertedId },
      ...{ status: 'completed', generation: 1, attempts: 1, starts: 1, payload: {} },
      ...{ queuedAt: now, finishedAt: now, durationMs: 5, worker: 'w', updatedAt: now },
    });
  }

  it('answers for a job, and for a user with their newest jobs', async () => {
    await inDatabase(makeJob);
    for (const asked of [jobId, 'known']) {
      const { text, code } = await command('why', asked);
      expect(code).toBe(0);
      expect(text).toMatch(
        /^user-data-m-test-one\n {2}It completed at .* in 5 ms, on worker w\.\n$/,
      );
    }
  });

  it('says that it knows neither, and ends with 1', async () => {
    expect(await command('why', 'nobody')).toEqual({
      code: 1,
      text: 'There is no job and no user "nobody".\n',
    });
  });
});
