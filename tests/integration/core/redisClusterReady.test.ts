import { once } from 'node:events';
import { Cluster } from 'ioredis';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { useOwnCluster } from '../ownCluster.ts';
import { recordingLogger } from '../recordingLogger.ts';

const cluster = await useOwnCluster();
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
  // A slot that no node has. First its owner gives it up: it would tell the others that it has it.
  const owner = await cluster.masterOf('any');
  const slot = Number(await owner.redis.cluster('KEYSLOT', 'any'));
  const others = cluster.nodes.filter(({ id }) => id !== owner.id);
  for (const { redis } of [owner, ...others]) {
    await redis.cluster('DELSLOTS', slot).catch(() => undefined);
    await vi.waitFor(
      async () => expect(await redis.cluster('INFO')).toContain('cluster_state:fail'),
      10_000,
    );
  }
  const reconnecting = vi.fn();
  waiting.on('reconnecting', reconnecting);
  const connected = waiting.connect();
  await vi.waitFor(() => expect(reconnecting.mock.calls.length).toBeGreaterThan(4), 30_000);
  expect(waiting.listenerCount('ready')).toBe(1);
  await owner.redis.cluster('ADDSLOTS', slot);
  await connected;
  expect(waiting.status).toBe('ready');
});

it('who waits for a Cluster is told that the connection was closed meanwhile', async () => {
  const waiting = await endedDuplicate();
  const connected = waiting.connect();
  await once(waiting, 'connect');
  waiting.disconnect();
  await expect(connected).rejects.toThrow('closed');
});
