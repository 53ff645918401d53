import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { startApi } from '../../server/composition/api.ts';
import { openHttpTasks } from '../../server/composition/httpTasks.ts';
import { startWorker } from '../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../server/config/mongoConn.ts';
import { connectRedis } from '../../server/config/queueRedisConn.ts';
import { HttpExecutionModel } from '../../server/models/HttpExecutionModel.ts';
import { ensureIndexes } from '../../server/models/indexes.ts';
import { removeKeys } from '../../server/Services/BackgroundJobs/backup/restoreKeys.ts';
import { enqueue } from '../../server/Services/BackgroundJobs/enqueue.ts';
import { catalogue } from '../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { reportOnWays } from '../../server/Services/HttpTasks/waysReport.ts';
import { SILENT } from '../integration/core/installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const TASKS = 500;
const HOSTS = 5;
const name = `ways-${randomUUID().slice(0, 8)}`;

/** By idempotency key, how often it was called. */
const calls = new Map<string, number>();
const targets = Array.from({ length: HOSTS }, () =>
  createServer((request, response) => {
    const key = String(request.headers['idempotency-key']);
    calls.set(key, (calls.get(key) ?? 0) + 1);
    const number = Number(request.url?.slice(1));
    if (number % 10 === 0) response.writeHead(404).end('missing');
    else setTimeout(() => response.end('fine'), number % 7 === 0 ? 500 : 5);
  }),
);
const ports: number[] = [];
const running: { shutdown: { stop(): Promise<void> } }[] = [];
let env: Env;

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  for (const target of targets) ports.push(await listen(target));
  const reserved = createServer();
  const port = await listen(reserved);
  await new Promise((done) => reserved.close(done));
  const uri = new URL(MONGODB_URI);
  uri.pathname = `/${name}`;
  uri.searchParams.set('directConnection', 'true');
  env = parseSettings({
    ...{ REDIS_URL, MONGODB_URI: uri.href, QUEUE_PREFIX: `{${name}}`, PORT: String(port) },
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    DATA_KEY: randomBytes(32).toString('hex'),
    ...{ LOG_LEVEL: 'error', SHUTDOWN_GRACE_MS: '1000' },
    EGRESS_ALLOW: ports.map((each) => `127.0.0.1:${each}`).join(','),
    // The process calls what goes in memory; the first hundredth of ids would go there anyway.
    HTTP_TASKS_QUEUE_PERCENT: '99',
  });
  await connectMongo({ uri: uri.href });
  await ensureIndexes();
  running.push(await startApi(env), await startWorker({ env, catalogue }));
  // The first one is taken once the process may use Redis.
  const { httpJobs } = openHttpTasks({ ...env, HTTP_TASKS_QUEUE_PERCENT: 100 }, { enqueue });
  await waitUntil(
    () => httpJobs.accept({ api_url: `http://127.0.0.1:${ports[0]}/1` }, { accountId: 'ann' }),
    {
      timeoutMs: 30_000,
      what: 'Redis to be ready',
    },
  );
  await waitUntil(async () => calls.size === 1, { timeoutMs: 30_000, what: 'the first call' });
  calls.clear();
});

afterAll(async () => {
  for (const each of running) await each.shutdown.stop();
  await connectMongo({ uri: env.MONGODB_URI ?? '' });
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
  const redis = connectRedis(env, 'worker', SILENT);
  await removeKeys(redis, env.QUEUE_PREFIX);
  redis.disconnect();
  for (const target of targets) {
    target.closeAllConnections();
    await new Promise((done) => target.close(done));
  }
});

it('takes the same 500 tasks through the queue and in memory, each once, and compares them', async () => {
  const from = new Date();
  const settings = {
    queue: { ...env, HTTP_TASKS_QUEUE_PERCENT: 100 },
    'in-memory': { ...env, HTTP_TASKS_MODE: 'in-memory' as const },
  };
  for (const way of Object.values(settings)) {
    const { httpJobs } = openHttpTasks(way, { enqueue });
    const taken = await Promise.all(
      Array.from({ length: TASKS }, (_, number) =>
        httpJobs.accept(
          {
            name: `host-${number % HOSTS}`,
            api_url: `http://127.0.0.1:${ports[number % HOSTS]}/${number}`,
          },
          { accountId: 'ann' },
        ),
      ),
    );
    const ids = taken.map(({ id }) => id);
    await waitUntil(
      async () =>
        (await HttpExecutionModel.countDocuments({ _id: { $in: ids }, outcome: null })) === 0,
      { timeoutMs: 120_000, what: 'the end of the tasks' },
    );
  }

  expect(calls.size).toBe(2 * TASKS);
  expect([...calls.values()].every((times) => times === 1)).toBe(true);
  const report = await reportOnWays(from, new Date());
  const latency = expect.objectContaining({ p50: expect.any(Number), max: expect.any(Number) });
  const all = { completed: 450, failed: 50, cancelled: 0, open: 0, errors: { HTTP_404: 50 } };
  for (const way of ['queue', 'in-memory'] as const) {
    expect(report.ways[way]).toEqual({ tasks: TASKS, ...all, latency });
  }
  expect(report.truncated).toBe(false);
  expect(report.jobs.map((job) => job.name).toSorted()).toEqual(
    ports.map((_, host) => `host-${host}`),
  );
  for (const job of report.jobs) {
    const { latency: _, ...queue } = job.queue;
    const { latency: __, ...inMemory } = job['in-memory'];
    expect(queue).toEqual(inMemory);
    expect(queue.tasks).toBe(TASKS / HOSTS);
  }
  console.table({
    queue: report.ways.queue.latency,
    'in memory': report.ways['in-memory'].latency,
  });
});
