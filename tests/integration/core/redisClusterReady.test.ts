import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster } from 'ioredis';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import type { CleanUp } from '../../e2e/deployment.ts';
import { startRedisCluster } from '../../faults/redisCluster.ts';
import { recordingLogger } from '../recordingLogger.ts';

const cleanUps: CleanUp[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});
const folder = await mkdtemp(join(tmpdir(), 'hourwork-cluster-'));
cleanUps.push(() => rm(folder, { recursive: true, force: true }));
const cluster = await startRedisCluster(folder, cleanUps);
const env = parseSettings(cluster.settings);

/** A connection as BullMQ makes one for a worker, to wait for jobs on it; ended. */
async function endedDuplicate(): Promise<Cluster> {
  const worker = connectRedis(env, 'worker', recordingLogger([]));
  onTestFinished(() => worker.disconnect());
  if (!(worker instanceof Cluster)) throw new Error('The settings name no Cluster.');
  const waiting = worker.duplicate();
  onTestFinished(() => waiting.disconnect());
  await vi.waitFor(() => expect(waiting.status).toBe('ready'), { timeout: 10_000 });
  const ended = once(waiting, 'end');
  waiting.disconnect();
  await ended;
  return waiting;
}

it('who waits for a Cluster that does not pass its ready check is told when it does', async () => {
  const waiting = await endedDuplicate();
  // A slot that no node has: each says that the Cluster is down.
  const owner = await cluster.masterOf('any');
  const slot = Number(await owner.redis.cluster('KEYSLOT', 'any'));
  for (const { redis } of cluster.nodes) await redis.cluster('DELSLOTS', slot);
  const connected = waiting.connect();
  const reconnecting = vi.fn();
  waiting.once('reconnecting', reconnecting);
  await vi.waitFor(() => expect(reconnecting).toHaveBeenCalled(), { timeout: 10_000 });
  await owner.redis.cluster('ADDSLOTS', slot);
  await connected;
  expect(waiting.status).toBe('ready');
});

it('who waits for a Cluster is told that the connection was closed meanwhile', async () => {
  const waiting = await endedDuplicate();
  const connected = waiting.connect();
  await vi.waitFor(() => expect(waiting.status).toBe('connect'), { timeout: 10_000, interval: 1 });
  waiting.disconnect();
  await expect(connected).rejects.toThrow('closed');
});
