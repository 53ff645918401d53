import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { refusedRight } from './redisErrors.ts';

type Command = readonly [name: string, ...args: string[]];

/** Every command that a queue needs, its own scripts and BullMQ's too, as it may be called on a key. */
const NEEDED: readonly ((key: string) => Command)[] = [
  (key) => ['bzpopmin', key, '1'],
  (key) => ['del', key],
  (key) => ['eval', 'return 1', '1', key],
  (key) => ['evalsha', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', '1', key],
  (key) => ['exists', key],
  (key) => ['get', key],
  (key) => ['hdel', key, 'field'],
  (key) => ['hexists', key, 'field'],
  (key) => ['hget', key, 'field'],
  (key) => ['hgetall', key],
  (key) => ['hincrby', key, 'field', '1'],
  (key) => ['hlen', key],
  (key) => ['hmget', key, 'field'],
  (key) => ['hmset', key, 'field', '1'],
  (key) => ['hset', key, 'field', '1'],
  (key) => ['incr', key],
  () => ['info'],
  (key) => ['lindex', key, '0'],
  (key) => ['llen', key],
  (key) => ['lpop', key],
  (key) => ['lpos', key, 'id'],
  (key) => ['lpush', key, 'id'],
  (key) => ['lrange', key, '0', '0'],
  (key) => ['lrem', key, '1', 'id'],
  (key) => ['ltrim', key, '0', '0'],
  (key) => ['persist', key],
  (key) => ['pexpire', key, '1'],
  (key) => ['pexpireat', key, '1'],
  (key) => ['pttl', key],
  (key) => ['rpop', key],
  (key) => ['rpoplpush', key, key],
  (key) => ['rpush', key, 'id'],
  (key) => ['sadd', key, 'id'],
  (key) => ['scard', key],
  (key) => ['set', key, '1'],
  (key) => ['sismember', key, 'id'],
  (key) => ['smembers', key],
  (key) => ['srem', key, 'id'],
  () => ['time'],
  (key) => ['type', key],
  (key) => ['unlink', key],
  (key) => ['xadd', key, '*', 'field', '1'],
  (key) => ['xlen', key],
  (key) => ['xtrim', key, 'MAXLEN', '1'],
  (key) => ['zadd', key, '1', 'id'],
  (key) => ['zcard', key],
  (key) => ['zcount', key, '0', '0'],
  (key) => ['zpopmin', key],
  (key) => ['zrange', key, '0', '0'],
  (key) => ['zrangebyscore', key, '0', '0'],
  (key) => ['zrem', key, 'id'],
  (key) => ['zremrangebyscore', key, '0', '0'],
  (key) => ['zrevrange', key, '0', '0'],
  (key) => ['zrevrangebyscore', key, '0', '0'],
  (key) => ['zscore', key, 'id'],
];

/** How a user in Redis is given all that is needed. docs/operations.md has the same line. */
export function aclLine(prefix: string, user = 'hourwork'): string {
  return `ACL SETUSER ${user} on >PASSWORD ~${prefix}:* +@all -@dangerous +info`;
}

/**
 * What the user of this connection may not do of what a queue needs, as `+info` or `~{hourwork}:*`;
 * empty when nothing is missing. Nothing is done: Redis looks at rights when a command is queued in a
 * transaction, and this one is discarded.
 * @throws Error, as ioredis does, when Redis does not answer.
 */
export async function missingRights(redis: RedisConnection, prefix: string): Promise<string[]> {
  // Without a transaction the commands would be carried out.
  const unable = await refusedOf([['multi'], ['discard']], redis, prefix);
  if (unable.length > 0) return unable;
  const commands = NEEDED.map((command) => command(`${prefix}:rights`));
  return refusedOf([['multi'], ...commands, ['discard']], redis, prefix);
}

async function refusedOf(
  commands: readonly Command[],
  redis: RedisConnection,
  prefix: string,
): Promise<string[]> {
  const pipeline = redis.pipeline();
  for (const [name, ...args] of commands) pipeline.call(name, ...args);
  const answers = (await pipeline.exec()) ?? [];
  const rights = answers.flatMap(([error], position) => {
    const right = error === null ? null : refusedRight(error, commands[position]?.[0] ?? '');
    // That it takes no writes now is no matter of rights; that it is gone is.
    if (error !== null && right === null && !/^[A-Z]+ /.test(error.message)) throw error;
    return right === null ? [] : [right === 'keys' ? `~${prefix}:*` : right];
  });
  return [...new Set(rights)];
}
