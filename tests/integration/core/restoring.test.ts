import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { freePort } from '../../../scripts/services/ports.mjs';
import { startApi } from '../../../server/composition/api.ts';
import { stopWhenRestored } from '../../../server/composition/restoreWatch.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { emptyDatabase } from '../emptyDatabase.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const WAITED_MS = 2_500;

const name = `restoring-${randomUUID().slice(0, 8)}`;
const client = new mongoose.mongo.MongoClient(MONGODB_URI);
const db = client.db(name);
let env: Env;

async function markRestore(): Promise<void> {
  await db.collection<{ _id: string; [field: string]: unknown }>('restores').insertOne({
    ...{
      _id: 'restore',
      token: 't',
      stage: 'loading',
      folder: '/backups/today',
      process: 'host:1',
    },
    ...{ startedAt: new Date(), queuePrefix: 'p', queuesDue: 'forget', stagedAs: 'restoring-1-' },
    ...{ replaced: [], removed: [] },
  });
}
const unmark = () => db.collection('restores').deleteMany({});

beforeAll(() => client.connect());
beforeEach(async () => {
  env = parseSettings({
    REDIS_URL,
    MONGODB_URI: `${MONGODB_URI}/${name}`,
    QUEUE_PREFIX: `{${name}}`,
    PORT: String(await freePort(35_000 + Math.floor(Math.random() * 1_000))),
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    LOG_LEVEL: 'error',
    SHUTDOWN_GRACE_MS: '1000',
  });
});
afterEach(() => emptyDatabase(db));
afterAll(async () => {
  const redis = connectRedis(env, 'worker', SILENT);
  const keys = await redis.keys(`${env.QUEUE_PREFIX}:*`);
  if (keys.length > 0) await redis.del(keys);
  redis.disconnect();
  await client.close();
});

it.each<[string, () => Promise<{ shutdown: { stop(): Promise<void> } }>, string]>([
  ['the API', () => startApi(env), 'leases'],
  ['a worker', () => startWorker({ env, catalogue }), 'workers'],
])(
  '%s does nothing while the database is being restored, and begins after it',
  async (_, start, sign) => {
    await markRestore();
    const running = await start();
    try {
      const until = Date.now() + WAITED_MS;
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(until), 2 * WAITED_MS);
      expect(mongoose.connection.readyState).toBe(mongoose.ConnectionStates.disconnected);
      const names = (await db.listCollections().toArray()).map((each) => each.name);
      expect(names).toEqual(['restores']);
      await unmark();
      await vi.waitFor(
        async () => expect(await db.collection(sign).countDocuments()).toBeGreaterThan(0),
        20_000,
      );
    } finally {
      await running.shutdown.stop();
    }
  },
);

it('the API answers meanwhile that it is not ready, and why', async () => {
  await markRestore();
  const { shutdown } = await startApi(env);
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${env.PORT}${path}`, init);
  const ready = await ask('/health/ready');
  const login = await ask('/app/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: 'a-long-password' }),
  });
  const { error } = (await login.json()) as { error: { code: string; message: string } };
  await shutdown.stop();
  expect([ready.status, login.status]).toEqual([503, 503]);
  expect(error.code).toBe('DATABASE_RESTORING');
  // Whoever asks is not logged in yet.
  expect(error.message).not.toMatch('/backups/today');
  expect(error.message).toMatch('npm run restore -- --recover');
});

it('a process that is running as a restore begins stops, and says what to do', async () => {
  await connectMongo({ uri: env.MONGODB_URI ?? '' });
  const lines: LogLine[] = [];
  const stop = vi.fn();
  const watch = stopWhenRestored(recordingLogger(lines), stop);
  await markRestore();
  await vi.waitFor(() => expect(stop).toHaveBeenCalled(), 10_000);
  await watch.stop();
  await disconnectMongo();
  expect(stop).toHaveBeenCalledOnce();
  expect(lines).toEqual([
    expect.objectContaining({
      level: 'error',
      fields: { reason: expect.stringMatching(/\/backups\/today.*--recover/) },
    }),
  ]);
});
