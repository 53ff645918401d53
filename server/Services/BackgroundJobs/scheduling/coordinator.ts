import type { RunCoordinator } from 'node-cron';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import type { Admission } from '../queues/admission.ts';

/**
 * Elects one of the API processes for a tick by a lease in Redis. Fail-closed: without Redis
 * nobody is elected, and the slot is looked for again each minute.
 */
export function redisCoordinator(
  redis: RedisConnection,
  prefix: string,
  holder: string,
  admission?: Pick<Admission, 'require'>,
): RunCoordinator {
  return {
    async shouldRun(key, ttlMs) {
      // The lease would be taken from the installation whose prefix it is.
      admission?.require();
      const taken = await redis.set(`${prefix}:tick:${key}`, holder, 'PX', ttlMs, 'NX');
      return taken === 'OK';
    },
  };
}
