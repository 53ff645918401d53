import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Job, Queue, Worker } from 'bullmq';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { projectDir } from '../../../scripts/project.mjs';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import {
  FIELDS,
  keysOf,
  LOCK,
  PLACES,
  STALLED_TOO_OFTEN,
} from '../../../server/Services/BackgroundJobs/queues/bullmqLayout.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { SILENT } from './installation.ts';

// Each test brings a job somewhere through BullMQ's public interface and looks for it by the names that the
// product relies on: one that fails after an upgrade names what has moved.

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const QUEUE_PREFIX = `{layout-${randomUUID().slice(0, 8)}}`;
const redis = connectRedis(parseSettings({ REDIS_URL, QUEUE_PREFIX }), 'worker', SILENT);
const queue = new Queue('layout', { connection: redis, prefix: QUEUE_PREFIX });
const keyOf = keysOf(QUEUE_PREFIX, 'layout');
const workers: Worker[] = [];

function startWorker(work: (job: Job) => Promise<unknown>, options = {}): Worker {
  const worker = new Worker('layout', work, {
    ...{ connection: redis, prefix: QUEUE_PREFIX, name: 'the-worker', drainDelay: 1 },
    ...options,
  });
  worker.on('error', () => undefined);
  workers.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close(true)));
  await queue.resume();
  await queue.obliterate({ force: true });
});
afterAll(async () => {
  await queue.close();
  await removeKeys(redis, QUEUE_PREFIX);
  redis.disconnect();
});

it('is named by no other file of the product', async () => {
  const server = join(projectDir, 'server');
  const files = await readdir(server, { recursive: true });
  const own = [LOCK, FIELDS.starts, FIELDS.stalls, FIELDS.worker];
  for (const file of files.filter((name) => /(?<!test)\.ts$/.test(name))) {
    if (file.endsWith('bullmqLayout.ts')) continue;
    const text = await readFile(join(server, file), 'utf8');
    for (const name of own) expect(text, file).not.toContain(`'${name}'`);
    expect(text, file).not.toMatch(/:lock[`']/);
  }
});

it('is under the key that the queue itself names', () => {
  expect(keyOf('id')).toBe(queue.toKey('id'));
});

it('a pending job stands in the list or the sorted set of its place', async () => {
  await queue.add('job', {}, { jobId: 'waits' });
  await queue.add('job', {}, { jobId: 'later', delay: 60_000 });
  await queue.add('job', {}, { jobId: 'urgent', priority: 5 });
  expect(await redis.lrange(keyOf(PLACES.waiting), 0, -1)).toEqual(['waits']);
  expect(await redis.zscore(keyOf(PLACES.delayed), 'later')).not.toBeNull();
  expect(await redis.zscore(keyOf(PLACES.prioritized), 'urgent')).not.toBeNull();
  expect(Number(await redis.hget(keyOf('waits'), FIELDS.addedAt))).toBeGreaterThan(1e12);
  await queue.pause();
  expect(await redis.lrange(keyOf(PLACES.waiting), 0, -1)).toEqual(['waits']);
});

it('a job at work has a lock, its start, its time and its worker', async () => {
  let end = () => {};
  startWorker(() => new Promise<void>((resolve) => (end = resolve)));
  await queue.add('job', {}, { jobId: 'works' });
  await vi.waitFor(async () => {
    expect(await redis.lpos(keyOf(PLACES.active), 'works')).toBe(0);
  });
  expect(await redis.exists(keyOf('works') + LOCK)).toBe(1);
  const { starts, takenAt, worker, endedAt } = FIELDS;
  const fields = await redis.hmget(keyOf('works'), starts, worker, endedAt);
  expect(fields).toEqual(['1', 'the-worker', null]);
  expect(Number(await redis.hget(keyOf('works'), takenAt))).toBeGreaterThan(1e12);
  end();
  await vi.waitFor(async () => {
    expect(await redis.zscore(keyOf(PLACES.completed), 'works')).not.toBeNull();
  });
  expect(Number(await redis.hget(keyOf('works'), endedAt))).toBeGreaterThan(1e12);
});

it('a job that failed for good is among the failed', async () => {
  startWorker(() => Promise.reject(new Error('refused')));
  await queue.add('job', {}, { jobId: 'fails' });
  await vi.waitFor(async () => {
    expect(await redis.zscore(keyOf(PLACES.failed), 'fails')).not.toBeNull();
  });
  expect(await redis.hget(keyOf('fails'), FIELDS.endedAt)).not.toBeNull();
});

it('a job whose lock is gone is counted as stalled, and fails with a known text', async () => {
  const hang = () => new Promise<void>(() => undefined);
  const settings = { stalledInterval: 200, maxStalledCount: 1, skipLockRenewal: true };
  startWorker(hang, { ...settings, concurrency: 5 });
  await queue.add('job', {}, { jobId: 'hangs' });
  const loseLock = async () => {
    await redis.del(keyOf('hangs') + LOCK);
  };
  await vi.waitFor(
    async () => {
      await loseLock();
      expect(await redis.hget(keyOf('hangs'), FIELDS.stalls)).toBe('1');
    },
    { timeout: 10_000, interval: 50 },
  );
  await vi.waitFor(
    async () => {
      await loseLock();
      expect((await queue.getJob('hangs'))?.failedReason).toMatch(STALLED_TOO_OFTEN);
    },
    { timeout: 10_000, interval: 50 },
  );
});

it('removal looks among those that wait for children before it searches the lists', async () => {
  await queue.add('job', {}, { jobId: 'goes' });
  await redis.lrem(keyOf(PLACES.waiting), 1, 'goes');
  await redis.zadd(keyOf(PLACES.waitingForChildren), 0, 'goes');
  expect(await queue.remove('goes')).toBe(1);
  expect(await redis.zscore(keyOf(PLACES.waitingForChildren), 'goes')).toBeNull();
});
