import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freePort } from '../../../scripts/services/ports.mjs';
import { type RunningWorker, startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = new URL(process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399');
const INSTANCE = 3;

let redis: Relay;
let env: Env;
let worker: RunningWorker;
let port: number;

const probe = async (path: string, init?: RequestInit) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: answer.status, body: await answer.json() };
};

beforeAll(async () => {
  const name = `probes-${randomUUID().slice(0, 8)}`;
  redis = await openRelay({ host: REDIS_URL.hostname, port: Number(REDIS_URL.port) });
  await redis.cut();
  port = await freePort(34_000 + Math.floor(Math.random() * 1_000));
  env = parseSettings({
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    MONGODB_URI: `${MONGODB_URI}/${name}`,
    QUEUE_PREFIX: `{${name}}`,
    WORKER_QUEUES: 'user-data',
    WORKER_HEALTH_PORT: String(port - INSTANCE),
    NODE_APP_INSTANCE: String(INSTANCE),
    LOG_LEVEL: 'error',
    SHUTDOWN_GRACE_MS: '1000',
  });
  worker = await startWorker({ env, catalogue });
});
afterAll(async () => {
  await worker.shutdown.stop();
  await connectMongo({ uri: env.MONGODB_URI ?? '' });
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
  const connection = connectRedis(env, 'worker', SILENT);
  const keys = await connection.keys(`${env.QUEUE_PREFIX}:*`);
  if (keys.length > 0) await connection.del(keys);
  connection.disconnect();
  await redis.close();
});

it('a worker’s probes, at the base port and its instance: alive without Redis, ready with it', async () => {
  expect(await probe('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
  const head = await fetch(`http://127.0.0.1:${port}/health/live`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  await vi.waitFor(
    async () =>
      expect(await probe('/health/ready')).toMatchObject({
        status: 503,
        body: { status: 'down', checks: { process: 'running', mongodb: 'up', redis: 'down' } },
      }),
    { timeout: 15_000, interval: 100 },
  );
  await redis.restore();
  await vi.waitFor(
    async () =>
      expect(await probe('/health/ready')).toEqual({
        status: 200,
        body: {
          status: 'ok',
          checks: {
            process: 'running',
            mongodb: 'up',
            redis: 'up',
            queues: ['user-data'],
            failedQueues: [],
          },
        },
      }),
    { timeout: 15_000, interval: 100 },
  );
  await redis.cut();
  await vi.waitFor(async () => expect((await probe('/health/ready')).status).toBe(503), {
    timeout: 15_000,
    interval: 100,
  });
  expect((await probe('/health/live')).status).toBe(200);
  await redis.restore();
});

it('the probes answer nothing else', async () => {
  expect((await probe('/health')).status).toBe(404);
  expect((await probe('/health/live', { method: 'POST' })).status).toBe(405);
});
