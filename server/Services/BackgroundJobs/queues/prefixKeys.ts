import { Cluster, type Redis } from 'ioredis';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';

const PAGE_SIZE = 500;

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
