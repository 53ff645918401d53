import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { connectRedis, type RedisConnection } from '../../../server/config/queueRedisConn.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { openQueue } from '../../../server/Services/BackgroundJobs/queue.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT, useInstallation } from './installation.ts';

const { env, queue: direct } = useInstallation();
let relay: Relay;
let redis: RedisConnection;

beforeAll(async () => {
  const { hostname, port } = new URL(env.REDIS_URL ?? '');
  relay = await openRelay({ host: hostname, port: Number(port) });
});
afterAll(async () => {
  redis.disconnect();
  await relay.close();
});

const connect = (use: 'producer' | 'worker') =>
  connectRedis({ ...env, REDIS_URL: `redis://127.0.0.1:${relay.port}` }, use, SILENT);

it('a producer whose connection went dark fails fast, and has a new one within five seconds', async () => {
  redis = connect('producer');
  const queue = openQueue(direct.name, () => userDataJob.options(env), redis, {
    prefix: env.QUEUE_PREFIX,
    keepFinishedMs: 1_000,
  });
  await vi.waitFor(() => queue.pendingCounts(), { timeout: 10_000 });
  relay.darken();
  const began = Date.now();
  await expect(queue.pendingCounts()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect(Date.now() - began).toBeLessThan(1_000);
  await vi.waitFor(() => queue.pendingCounts(), { timeout: 10_000 });
  expect(Date.now() - began).toBeLessThan(5_000);
  redis.disconnect();
});

it('a worker whose connection went dark has its command answered on a new one', async () => {
  redis = connect('worker');
  await redis.ping();
  relay.darken();
  expect(await redis.ping()).toBe('PONG');
}, 30_000);
