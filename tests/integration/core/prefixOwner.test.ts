import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { admissionTo } from '../../../server/composition/admissionTo.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { readOwner } from '../../../server/Services/BackgroundJobs/queues/prefixOwner.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { command } from '../command.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

let env: Env;
let redis: RedisConnection;
const databases = new Set<string>();

beforeAll(async () => {
  redis = connectRedis(parseSettings({ REDIS_URL }), 'producer', SILENT);
  await vi.waitFor(() => redis.ping());
});
beforeEach(() => {
  env = parseSettings({ REDIS_URL, QUEUE_PREFIX: `{owned-${randomUUID().slice(0, 8)}}` });
});
afterEach(() => removeKeys(redis, env.QUEUE_PREFIX));
afterAll(async () => {
  for (const name of databases) {
    await open(name);
    await mongoose.connection.dropDatabase();
  }
  await disconnectMongo();
  redis.disconnect();
});

/** The database of this name becomes the one that this process has open. */
async function open(name: string): Promise<void> {
  databases.add(name);
  await disconnectMongo();
  await connectMongo({ uri: `${MONGODB_URI}/${name}` });
}

const newDatabase = () => `owner-${randomUUID().slice(0, 8)}`;

/** A process of the open database: whether it may use the prefix, and what it logs. */
function start() {
  const lines: LogLine[] = [];
  const admission = admissionTo(redis, env, recordingLogger(lines));
  onTestFinished(async () => admission.stop());
  return { admission, lines };
}

/** What a process of this database is told at its start. */
async function admittedIn(name: string): Promise<string | null> {
  await open(name);
  const { admission } = start();
  await vi.waitFor(async () => {
    await admission.look();
    expect(admission.refusal()?.code).not.toBe('REDIS_UNAVAILABLE');
  });
  admission.stop();
  return admission.refusal()?.message ?? null;
}

/** The database as `mongodump` and `mongorestore` bring it elsewhere. */
async function copyOf(name: string): Promise<string> {
  await open(name);
  const found = await mongoose.connection.collection('installations').find().toArray();
  const copy = newDatabase();
  await open(copy);
  await mongoose.connection.collection('installations').insertMany(found);
  return copy;
}

const rebind = (name: string, ...args: string[]) =>
  command('rebind', args, {
    settings: { MONGODB_URI: `${MONGODB_URI}/${name}`, REDIS_URL, QUEUE_PREFIX: env.QUEUE_PREFIX },
  });

/** As when the owner's processes have been away for half a minute. */
const ownerIsGone = () => redis.del(`${env.QUEUE_PREFIX}:owner:alive`);

it('the first to start owns the prefix, and starts again; a stranger is told by name', async () => {
  const [first, second] = [newDatabase(), newDatabase()];
  expect(await admittedIn(first)).toBeNull();
  expect(await admittedIn(first)).toBeNull();
  const told = await admittedIn(second);
  expect(told).toContain(`belongs to the database ${first} at `);
  expect(told).toContain(`not to ${second} at `);
  expect(told).toMatch(/QUEUE_PREFIX.*npm run rebind/);
  expect(await admittedIn(first)).toBeNull();
});

it('a stranger adds and takes nothing, and says so once', async () => {
  await admittedIn(newDatabase());
  await open(newDatabase());
  const { admission, lines } = start();
  const { queues } = openQueues([userDataJob], env, redis, admission);
  const [queue] = queues;
  await vi.waitFor(() => expect(admission.refusal()?.code).toBe('REDIS_PREFIX_TAKEN'));
  const refused = { code: 'REDIS_PREFIX_TAKEN' };
  await expect(queue?.requireRoom()).rejects.toMatchObject(refused);
  await expect(queue?.sendCanary()).rejects.toMatchObject(refused);
  await expect(queue?.remove(['a'])).rejects.toMatchObject(refused);
  for (let look = 0; look < 5; look += 1) expect(await admission.look()).toBe(false);
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
});

it('after a wipe of Redis the owner has it back at once; a stranger that waits does not', async () => {
  const [owner, stranger] = [newDatabase(), newDatabase()];
  await admittedIn(owner);
  await admittedIn(stranger);
  await removeKeys(redis, env.QUEUE_PREFIX);
  expect(await admittedIn(stranger)).toContain('belonged to another database');
  expect(await readOwner(redis, env.QUEUE_PREFIX)).toBeNull();
  await open(owner);
  const { admission } = start();
  const began = Date.now();
  await vi.waitFor(() => expect(admission.refusal()).toBeNull(), { interval: 10 });
  expect(Date.now() - began).toBeLessThan(1_000);
  expect(await readOwner(redis, env.QUEUE_PREFIX)).toMatchObject({
    database: expect.stringContaining(owner),
  });
});

it('a process that runs goes on through a wipe, and marks the prefix anew', async () => {
  await open(newDatabase());
  const { admission } = start();
  await vi.waitFor(() => expect(admission.refusal()).toBeNull());
  await removeKeys(redis, env.QUEUE_PREFIX);
  expect(admission.refusal()).toBeNull();
  expect(await admission.look()).toBe(true);
  expect(await readOwner(redis, env.QUEUE_PREFIX)).not.toBeNull();
});

it('a copy of the database is refused where the original is, and has an id of its own elsewhere', async () => {
  const original = newDatabase();
  await admittedIn(original);
  const owner = await readOwner(redis, env.QUEUE_PREFIX);
  const copy = await copyOf(original);
  expect(await admittedIn(copy)).toContain('is a copy');
  const { QUEUE_PREFIX } = env;
  env = { ...env, QUEUE_PREFIX: `${QUEUE_PREFIX}-of-its-own` };
  expect(await admittedIn(copy)).toBeNull();
  const itsOwn = await readOwner(redis, env.QUEUE_PREFIX);
  await removeKeys(redis, env.QUEUE_PREFIX);
  env = { ...env, QUEUE_PREFIX };
  expect(itsOwn?.installation).not.toBe(owner?.installation);
  expect(await admittedIn(original)).toBeNull();
});

it('npm run rebind gives it to a database that has moved, and not from under living processes', async () => {
  const original = newDatabase();
  await admittedIn(original);
  const moved = await copyOf(original);
  await admittedIn(moved);
  const refused = await rebind(moved);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/sign of life within half a minute/);
  await ownerIsGone();
  const done = await rebind(moved);
  expect(done.code, done.text).toBe(0);
  expect(done.out).toContain(`belongs to ${moved} at `);
  expect(await admittedIn(moved)).toBeNull();
  expect(await admittedIn(original)).toContain(`belongs to the database ${moved}`);
  expect((await rebind(moved)).out).toContain('nothing to do');
});

it('a process that was refused goes on by itself when the prefix is given to it', async () => {
  await admittedIn(newDatabase());
  const other = newDatabase();
  await open(other);
  const { admission, lines } = start();
  await vi.waitFor(() => expect(admission.refusal()?.code).toBe('REDIS_PREFIX_TAKEN'));
  expect((await rebind(other, '--force')).code).toBe(0);
  await vi.waitFor(() => expect(admission.refusal()).toBeNull(), 10_000);
  expect(lines.at(-1)?.message).toBe('Redis may be used again');
});
