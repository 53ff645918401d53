import { randomUUID } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { type DumpedKey, done } from './pendingSnapshot.ts';

const PAGE_SIZE = 500;
const PROBE_KEPT_MS = 1_000;

/**
 * Puts keys of a backup back, under this prefix. What has expired since is left out.
 * @returns how many.
 * @throws Error when a key is there already.
 */
export async function restoreKeys(
  redis: RedisConnection,
  prefix: string,
  keys: AsyncIterable<DumpedKey>,
): Promise<number> {
  let restored = 0;
  let page: DumpedKey[] = [];
  const send = async () => {
    if (page.length === 0) return;
    const restoring = redis.pipeline();
    for (const { key, dump, expiresAt } of page) {
      // Without an instant ABSTTL means nothing: 0 is no expiry either way.
      restoring.restore(`${prefix}:${key}`, expiresAt ?? 0, dump, 'ABSTTL');
    }
    await done(restoring);
    restored += page.length;
    page = [];
  };
  for await (const key of keys) {
    page.push(key);
    if (page.length === PAGE_SIZE) await send();
  }
  await send();
  return restored;
}

/**
 * Looks whether this Redis can read a key of a backup, of which all are of one version. To be asked
 * before anything is removed.
 * @throws Error when it cannot.
 */
export async function requireReadable(
  redis: RedisConnection,
  prefix: string,
  { dump }: DumpedKey,
): Promise<void> {
  const probe = `${prefix}:restore-probe-${randomUUID()}`;
  try {
    await redis.restore(probe, PROBE_KEPT_MS, dump);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`This Redis cannot take the pending jobs of the backup: ${reason}`);
  }
  await redis.unlink(probe);
}

/** The keys under this prefix, in pages, on whatever node they are. */
export async function* keysUnder(
  redis: RedisConnection,
  prefix: string,
): AsyncGenerator<{ keys: string[]; node: Redis }> {
  const pattern = `${prefix.replace(/[\\*?[\]]/g, '\\$&')}:*`;
  for (const node of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
    let cursor = '0';
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', PAGE_SIZE);
      if (keys.length > 0) yield { keys, node };
      cursor = next;
    } while (cursor !== '0');
  }
}

/** Removes everything under this prefix. @returns how many keys. */
export async function removeKeys(redis: RedisConnection, prefix: string): Promise<number> {
  let removed = 0;
  for await (const { keys, node } of keysUnder(redis, prefix)) removed += await node.unlink(keys);
  return removed;
}

/**
 * Makes Redis forget the jobs that have finished there: after MongoDB was put back to an earlier
 * moment their word counts no more, for their effects may be gone. Removes the reconciler's mark
 * too, so that it looks all jobs through.
 * @returns how many jobs.
 */
export async function forgetFinished(
  redis: RedisConnection,
  prefix: string,
  queue: string,
): Promise<number> {
  const key = (name: string) => `${prefix}:${queue}:${name}`;
  let forgotten = 0;
  for (const state of ['completed', 'failed']) {
    for (;;) {
      const ids = await redis.zrange(key(state), '0', String(PAGE_SIZE - 1));
      if (ids.length === 0) break;
      await redis.unlink(ids.flatMap((id) => [key(id), key(`${id}:logs`)]));
      await redis.zrem(key(state), ids);
      forgotten += ids.length;
    }
  }
  await redis.unlink(`${prefix}:epoch`);
  return forgotten;
}
