import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { createAlarms } from '../../../server/Services/BackgroundJobs/runs/epoch.ts';
import type { CleanUp } from '../../e2e/deployment.ts';
import { startRedisBySentinel } from '../../faults/redisSentinel.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';

const cleanUps: CleanUp[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});
const folder = await mkdtemp(join(tmpdir(), 'hourwork-sentinel-'));
cleanUps.push(() => rm(folder, { recursive: true, force: true }));
const servers = await startRedisBySentinel(folder, cleanUps);
const installation = useInstallation({ REDIS_URL: '', ...servers.settings });

async function aRunIsDone(): Promise<void> {
  const userIds = await installation.makeUsers(60);
  const { runId } = await installation.producer.enqueueUsers(userIds);
  expect(await installation.runIn('completed', runId)).toMatchObject({ completed: 60 });
}

it('jobs are put in and done, also after a failover, which the reconciler is told of', async () => {
  const { env, redis, queue } = installation;
  const { master, replicas } = await servers.whole();
  const worker = await installation.startWorker(async () => undefined);
  await aRunIsDone();
  const alarms = createAlarms(redis, env.QUEUE_PREFIX);
  await alarms.ring();
  await alarms.reset();
  expect(await alarms.ring()).toBe(false);

  await master.kill();
  const began = Date.now();
  await expect(queue.pendingCounts()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  expect(Date.now() - began).toBeLessThan(1_000);

  await servers.promotedOf(replicas);
  await vi.waitFor(() => queue.pendingCounts(), { timeout: 20_000 });
  expect(await alarms.ring()).toBe(true);
  await aRunIsDone();
  await worker.stop();
});

it('without any sentinel a command fails at once, and it is told once', async () => {
  const lines: LogLine[] = [];
  const nobody = parseSettings({ REDIS_SENTINELS: '127.0.0.1:1', REDIS_SENTINEL_NAME: 'nobody' });
  const redis = connectRedis(nobody, 'producer', recordingLogger(lines));
  onTestFinished(async () => redis.disconnect());
  const told: string[] = [];
  redis.on('error', (error: Error) => told.push(error.message));
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), { timeout: 10_000 });
  await expect(redis.get('a')).rejects.toThrow("Stream isn't writeable");
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Redis connection error',
      fields: { use: 'producer', reason: expect.stringContaining('All sentinels are unreachable') },
    },
  ]);
});
