import { expect, it, onTestFinished, vi } from 'vitest';
import { admissionTo } from '../../../server/composition/admissionTo.ts';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { readOwner } from '../../../server/Services/BackgroundJobs/queues/prefixOwner.ts';
import {
  readRedisFacts,
  unfitness,
} from '../../../server/Services/BackgroundJobs/queues/redisFacts.ts';
import { missingRights } from '../../../server/Services/BackgroundJobs/queues/rights.ts';
import { createAlarms } from '../../../server/Services/BackgroundJobs/reconciling/alarms.ts';
import { useOwnCluster } from '../ownCluster.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';

const cluster = await useOwnCluster();
const installation = useInstallation({ REDIS_URL: '', ...cluster.settings });
const { env, redis, queue } = installation;

async function enqueue(users: number): Promise<string> {
  const userIds = await installation.makeUsers(users);
  return (await installation.producer.enqueueUsers(userIds)).runId;
}

it('the worst of its masters decides whether it is fit', async () => {
  expect(unfitness(await readRedisFacts(redis))).toEqual([]);
  const lax = await cluster.masterOf('any');
  onTestFinished(
    async () => void (await lax.redis.config('SET', 'maxmemory-policy', 'noeviction')),
  );
  await lax.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(unfitness(await readRedisFacts(redis))).toEqual([expect.stringContaining('allkeys-lru')]);
});

it('its user has all rights, and the prefix is taken for this database', async () => {
  const { env, redis } = installation;
  const admission = admissionTo(redis, env, recordingLogger([]));
  onTestFinished(async () => admission.stop());
  await vi.waitFor(() => expect(admission.refusal()).toBeNull(), { timeout: 20_000 });
  expect(await missingRights(redis, env.QUEUE_PREFIX)).toEqual([]);
  const { pathname } = new URL(installation.mongoUri);
  expect(await readOwner(redis, env.QUEUE_PREFIX)).toMatchObject({
    database: expect.stringContaining(pathname.slice(1)),
  });
});

it('pending jobs that a restore has removed are put in anew and done', async () => {
  const runId = await enqueue(60);
  expect(await removeKeys(redis, env.QUEUE_PREFIX)).toBeGreaterThan(60);
  expect(await installation.reconcile()).toMatchObject({ readded: 60 });
  const worker = await installation.startWorker(async () => undefined);
  expect(await installation.runIn('completed', runId)).toMatchObject({ completed: 60 });
  await worker.stop();
});

it('jobs are done after its queues’ master has died, which the reconciler is told of', async () => {
  const worker = await installation.startWorker(async () => undefined);
  const alarms = createAlarms(redis, env.QUEUE_PREFIX);
  await alarms.ring();
  await alarms.reset();
  expect(await alarms.ring()).toBeNull();

  const master = await cluster.masterOf(env.QUEUE_PREFIX);
  await master.kill();
  const began = Date.now();
  await expect(queue.pendingCounts()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect(Date.now() - began).toBeLessThan(1_000);

  await vi.waitFor(() => queue.pendingCounts(), { timeout: 30_000 });
  expect(await alarms.ring()).toBeInstanceOf(Date);
  expect(await installation.runIn('completed', await enqueue(60))).toMatchObject({ completed: 60 });
  await worker.stop();
});

it('without any node a command fails at once, a pipeline too, and it is told once', async () => {
  const lines: LogLine[] = [];
  const nowhere = parseSettings({ REDIS_CLUSTER_NODES: '127.0.0.1:1' });
  const nobody = connectRedis(nowhere, 'producer', recordingLogger(lines));
  onTestFinished(async () => nobody.disconnect());
  const began = Date.now();
  await expect(nobody.pipeline().set('a', 1).exec()).rejects.toThrow("Cluster isn't ready");
  await expect(nobody.multi().set('a', 1).exec()).rejects.toThrow("Cluster isn't ready");
  await expect(nobody.get('a')).rejects.toThrow("Cluster isn't ready");
  expect(Date.now() - began).toBeLessThan(1_000);
  let tries = 0;
  nobody.on('reconnecting', () => {
    tries += 1;
  });
  await vi.waitFor(() => expect(tries).toBeGreaterThan(3), { timeout: 10_000 });
  const messages = lines.map(({ message }) => message);
  expect(messages).toContain('Redis retry attempt 1');
  expect(messages.length).toBe(new Set(lines.map((line) => JSON.stringify(line))).size);
});
