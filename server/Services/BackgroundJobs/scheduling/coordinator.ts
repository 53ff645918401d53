import type { RunCoordinator } from 'node-cron';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';

/**
 * Elects one of the API processes for a tick by a lease in Redis. Fail-closed: without Redis
 * nobody is elected, and the slot is looked for again each minute.
 */
export function redisCoordinator(
  redis: RedisConnection,
  prefix: string,
  holder: string,
): RunCoordinator {
  return {
    async shouldRun(key, ttlMs) {
      const taken = await redis.set(`${prefix}:tick:${key}`, holder, 'PX', ttlMs, 'NX');
      return taken === 'OK';
    },
  };
}
