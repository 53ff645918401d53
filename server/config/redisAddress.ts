import type { RedisSettings } from './queueRedisConn.ts';
import type { Endpoint } from './redisShape.ts';

/** Where Redis is, as people know it: never with a user or a password. */
export function redisAddress(settings: RedisSettings): string {
  const { REDIS_URL, REDIS_SENTINELS, REDIS_CLUSTER_NODES, REDIS_DB } = settings;
  if (REDIS_CLUSTER_NODES !== undefined) return list(REDIS_CLUSTER_NODES);
  if (REDIS_SENTINELS !== undefined) {
    return `${settings.REDIS_SENTINEL_NAME}/${REDIS_DB} by ${list(REDIS_SENTINELS)}`;
  }
  if (REDIS_URL !== undefined) {
    const { hostname, port, pathname, searchParams } = new URL(REDIS_URL);
    const database = searchParams.get('db') ?? pathname.slice(1);
    return `${hostname || '127.0.0.1'}:${port || 6379}/${database || 0}`;
  }
  return `${settings.REDIS_HOST ?? '127.0.0.1'}:${settings.REDIS_PORT}/${REDIS_DB}`;
}

function list(endpoints: readonly Endpoint[]): string {
  return endpoints.map(({ host, port }) => `${host}:${port}`).join(',');
}
