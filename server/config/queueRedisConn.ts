import { Cluster, type Redis } from 'ioredis';
import type { Env } from './env.ts';
import { type ConnectionLog, logStateChanges } from './redisLog.ts';
import {
  clusterOptions,
  commandOptions,
  type RedisOptions,
  type RedisUse,
  SENTINEL_OPTIONS,
} from './redisOptions.ts';
import { refusalOf } from './redisRefusals.ts';
import { type Endpoint, redisShape } from './redisShape.ts';
import { StrictRedis } from './strictRedis.ts';
import { WorkerCluster } from './workerCluster.ts';

export type RedisSettings = Pick<
  Env,
  | 'REDIS_URL'
  | 'REDIS_HOST'
  | 'REDIS_PORT'
  | 'REDIS_USERNAME'
  | 'REDIS_PASSWORD'
  | 'REDIS_DB'
  | 'REDIS_TLS'
  | 'REDIS_SENTINELS'
  | 'REDIS_SENTINEL_NAME'
  | 'REDIS_SENTINEL_PASSWORD'
  | 'REDIS_CLUSTER_NODES'
  | 'REDIS_COMMAND_TIMEOUT_MS'
>;

/** A connection to Redis in whichever of the three shapes. */
export type RedisConnection = Redis | Cluster;

/** Whether any setting says where Redis is. */
export function isRedisConfigured(settings: RedisSettings): boolean {
  return redisShape(settings) !== null;
}

/**
 * Opens a connection to Redis that reconnects by itself and never throws from an event: to one
 * server, to the master that sentinels name, or to a Cluster.
 * A change of state is logged once, and the number of attempts when it is over; a refusal that only a
 * change of the settings mends is logged with the name of the setting.
 */
export function connectRedis(
  settings: RedisSettings,
  use: RedisUse,
  log: ConnectionLog,
): RedisConnection {
  const redis = open(settings, use);
  // Each queue listens to its connection. Not 0: BullMQ adds to the number.
  redis.setMaxListeners(Number.POSITIVE_INFINITY);
  logStateChanges(redis, { use, log, refusalOf: (reason) => refusalOf(reason, settings) });
  return redis;
}

function open(settings: RedisSettings, use: RedisUse): RedisConnection {
  const { REDIS_URL, REDIS_HOST, REDIS_PORT, REDIS_SENTINELS, REDIS_CLUSTER_NODES } = settings;
  if (REDIS_CLUSTER_NODES !== undefined) return openCluster(REDIS_CLUSTER_NODES, settings, use);
  const options = commandOptions(use, settings);
  if (REDIS_SENTINELS !== undefined) return openBySentinel(REDIS_SENTINELS, settings, options);
  if (REDIS_URL !== undefined) return new StrictRedis(REDIS_URL, options);
  return new StrictRedis({
    host: REDIS_HOST ?? '127.0.0.1',
    port: REDIS_PORT,
    db: settings.REDIS_DB,
    ...credentials(settings),
    ...options,
  });
}

function openBySentinel(
  sentinels: Endpoint[],
  settings: RedisSettings,
  options: RedisOptions,
): Redis {
  const { REDIS_SENTINEL_NAME, REDIS_SENTINEL_PASSWORD } = settings;
  return new StrictRedis({
    sentinels,
    ...(REDIS_SENTINEL_NAME === undefined ? {} : { name: REDIS_SENTINEL_NAME }),
    ...(REDIS_SENTINEL_PASSWORD === undefined ? {} : { sentinelPassword: REDIS_SENTINEL_PASSWORD }),
    ...(settings.REDIS_TLS ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    db: settings.REDIS_DB,
    ...credentials(settings),
    ...SENTINEL_OPTIONS,
    ...options,
  });
}

function openCluster(nodes: Endpoint[], settings: RedisSettings, use: RedisUse): Cluster {
  const options = clusterOptions(use, credentials(settings), settings);
  return use === 'worker' ? new WorkerCluster(nodes, options) : new FailFastCluster(nodes, options);
}

/** Before its first connection a Cluster keeps pipelines back, whatever its options say. */
class FailFastCluster extends Cluster {
  override delayUntilReady(callback: (error: Error) => void): void {
    callback(new Error("Cluster isn't ready and enableOfflineQueue options is false"));
  }
}

function credentials({ REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS }: RedisSettings): RedisOptions {
  return {
    ...(REDIS_USERNAME === undefined ? {} : { username: REDIS_USERNAME }),
    ...(REDIS_PASSWORD === undefined ? {} : { password: REDIS_PASSWORD }),
    ...(REDIS_TLS ? { tls: {} } : {}),
  };
}
