import type { RedisConnection, RedisSettings } from '../../config/queueRedisConn.ts';
import { redisShape } from '../../config/redisShape.ts';

interface Target {
  host: string;
  port: number | string;
  user: string | undefined;
  hasPassword: boolean;
  tls: boolean;
}

/**
 * The shell's line that sends a command to the Redis which the settings name: of a Cluster to every
 * node, behind Sentinel to the master of this moment. Where a password is needed it asks for it, so
 * that the line holds none.
 */
export function redisCli(
  settings: RedisSettings,
  redis: RedisConnection,
): (command: string) => string {
  const { host, port, user, hasPassword, tls } = targetOf(settings, redis);
  const options = [
    ...(user === undefined ? [] : [`--user ${user}`]),
    ...(hasPassword ? ['--askpass'] : []),
    ...(tls ? ['--tls'] : []),
  ];
  const start =
    settings.REDIS_CLUSTER_NODES === undefined
      ? ['redis-cli', `-h ${host} -p ${port}`, ...options]
      : ['redis-cli', ...options, '--cluster call', `${host}:${port}`];
  return (command) => [...start, command].join(' ');
}

/** The user in Redis that the settings name; without any it is Redis' own, `default`. */
export function redisUser({ REDIS_URL, REDIS_USERNAME, ...settings }: RedisSettings): string {
  const isUrl = redisShape({ REDIS_URL, ...settings }) === 'single' && REDIS_URL !== undefined;
  const user = isUrl ? decodeURIComponent(new URL(REDIS_URL).username) : REDIS_USERNAME;
  return user === undefined || user === '' ? 'default' : user;
}

function targetOf(settings: RedisSettings, redis: RedisConnection): Target {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_SENTINELS, REDIS_CLUSTER_NODES } = settings;
  const credentials = {
    user: settings.REDIS_USERNAME,
    hasPassword: settings.REDIS_PASSWORD !== undefined,
    tls: settings.REDIS_TLS,
  };
  const [node] = REDIS_CLUSTER_NODES ?? [];
  if (node !== undefined) return { ...node, ...credentials };
  if (REDIS_SENTINELS !== undefined && 'stream' in redis) {
    const { remoteAddress = '127.0.0.1', remotePort = 6379 } = redis.stream;
    return { host: remoteAddress, port: remotePort, ...credentials };
  }
  if (REDIS_URL === undefined) {
    return { host: REDIS_HOST ?? '127.0.0.1', port: REDIS_PORT, ...credentials };
  }
  const { hostname, port, username, password, protocol } = new URL(REDIS_URL);
  return {
    // Brackets of an IPv6 address belong to the URL.
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: port || 6379,
    user: username === '' ? undefined : decodeURIComponent(username),
    hasPassword: password !== '',
    tls: protocol === 'rediss:',
  };
}
