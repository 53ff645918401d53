import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { admissionTo } from '../../../server/composition/admissionTo.ts';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { SENTINEL_OPTIONS } from '../../../server/config/redisOptions.ts';
import { readOwner } from '../../../server/Services/BackgroundJobs/queues/prefixOwner.ts';
import { missingRights } from '../../../server/Services/BackgroundJobs/queues/rights.ts';
import { createAlarms } from '../../../server/Services/BackgroundJobs/reconciling/alarms.ts';
import type { CleanUp } from '../../e2e/deployment.ts';
import { startRedisBySentinel } from '../../faults/redisSentinel.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';

const cleanUps: CleanUp[] = [];
const warnings: Error[] = [];
process.on('warning', (warning) => warnings.push(warning));
afterAll(async () => {
  // However often a master was looked for, no listener is left behind.
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});
const folder = await mkdtemp(join(tmpdir(), 'hourwork-sentinel-'));
cleanUps.push(() => rm(folder, { recursive: true, force: true }));
const servers = await startRedisBySentinel(folder, cleanUps);
const installation = useInstallation({ REDIS_URL: '', ...servers.settings });

/**
 * Each sentinel announces a failover for itself, and the connection is made anew each time: a request in
 * between is refused and asked again, and what of a run Redis did not take is the reconciler's to hand over.
 */
async function aRunIsDone(): Promise<void> {
  const userIds = await installation.makeUsers(60);
  const { runId } = await vi.waitFor(() => installation.producer.enqueueUsers(userIds), 20_000);
  await vi.waitFor(
    async () => {
      await installation.reconcile();
      await installation.seal();
      expect(await installation.balancedRun(runId)).toMatchObject({
        ...{ status: 'completed', completed: 60 },
      });
    },
    { timeout: 30_000 },
  );
}

it.each([
  ['has died', 'kill'],
  ['hangs', 'freeze'],
] as const)(
  'jobs are done after the master %s, which the reconciler is told of',
  async (_, fault) => {
    const { env, redis, queue } = installation;
    const { master, replicas } = await servers.whole();
    onTestFinished(() => master.wake());
    const worker = await installation.startWorker(async () => undefined);
    await vi.waitFor(() => queue.pendingCounts(), { timeout: 20_000 });
    await aRunIsDone();
    const alarms = createAlarms(redis, env.QUEUE_PREFIX);
    await alarms.ring();
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();

    await master[fault]();
    const began = Date.now();
    await expect(queue.pendingCounts()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(Date.now() - began).toBeLessThan(1_000);

    await servers.promotedOf(replicas);
    await vi.waitFor(() => queue.pendingCounts(), { timeout: 20_000 });
    expect(await vi.waitFor(() => alarms.ring(), 20_000)).toBeInstanceOf(Date);
    await aRunIsDone();
    await worker.stop();
  },
);

it('every connection finds the new master, also one that hears of it while it looks for it', async () => {
  const { master, replicas } = await servers.whole();
  const { REDIS_SENTINELS: sentinels = [], REDIS_SENTINEL_NAME: name = '' } = installation.env;
  const connections = Array.from({ length: 20 }, () => {
    // Each at another point of its search when the sentinels tell.
    const retryStrategy = () => Math.random() * 500;
    const redis = new Redis({ sentinels, name, ...SENTINEL_OPTIONS, retryStrategy });
    redis.on('error', () => undefined);
    return redis;
  });
  onTestFinished(async () => {
    for (const redis of connections) redis.disconnect();
  });
  await Promise.all(connections.map((redis) => redis.ping()));
  await master.kill();
  const promoted = await servers.promotedOf(replicas);
  await vi.waitFor(
    () => expect(connections.map(({ status }) => status)).toEqual(connections.map(() => 'ready')),
    { timeout: 20_000 },
  );
  const ports = await Promise.all(
    connections.map(async (redis) => Number(/tcp_port:(\d+)/.exec(await redis.info())?.[1])),
  );
  expect(new Set(ports)).toEqual(new Set([promoted.port]));
});

it('its user has all rights, and the prefix is taken for this database', async () => {
  const { env, redis } = installation;
  const admission = admissionTo(redis, env, recordingLogger([]));
  onTestFinished(async () => admission.stop());
  await vi.waitFor(() => expect(admission.refusal()).toBeNull(), { timeout: 20_000 });
  // Each sentinel announces the failover of the test before, and the connection is made anew each time.
  const [missing, owner] = await vi.waitFor(
    () => Promise.all([missingRights(redis, env.QUEUE_PREFIX), readOwner(redis, env.QUEUE_PREFIX)]),
    { timeout: 20_000 },
  );
  expect(missing).toEqual([]);
  const { pathname } = new URL(installation.mongoUri);
  expect(owner).toMatchObject({ database: expect.stringContaining(pathname.slice(1)) });
});

it('a name that no sentinel knows is told, with its setting', async () => {
  const lines: LogLine[] = [];
  const { REDIS_SENTINELS = '' } = servers.settings;
  const unknown = parseSettings({ REDIS_SENTINELS, REDIS_SENTINEL_NAME: 'nobody' });
  const redis = connectRedis(unknown, 'worker', recordingLogger(lines));
  onTestFinished(async () => redis.disconnect());
  const messages = () => lines.map(({ message }) => message);
  let tries = 0;
  redis.on('error', () => {
    tries += 1;
  });
  await vi.waitFor(() => expect(tries).toBeGreaterThan(2), 10_000);
  expect(messages()).toEqual([expect.stringContaining('REDIS_SENTINEL_NAME')]);
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
