import type { Redis } from 'ioredis';
import type { RunCoordinator } from 'node-cron';

/**
 * Elects one of the API processes for a tick by a lease in Redis. Fail-closed: without Redis
 * nobody is elected, and the slot is looked for again each minute.
 */
export function redisCoordinator(redis: Redis, prefix: string, holder: string): RunCoordinator {
  return {
    async shouldRun(key, ttlMs) {
      const taken = await redis.set(`${prefix}:tick:${key}`, holder, 'PX', ttlMs, 'NX');
      return taken === 'OK';
    },
  };
}
