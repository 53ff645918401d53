import { type RedisOptions as AllRedisOptions, Redis } from 'ioredis';
import type { Env } from './env.ts';

/** ioredis' constructor and its own options disagree on this one's type. */
type RedisOptions = Omit<AllRedisOptions, 'replyMapping'>;

export type RedisSettings = Pick<
  Env,
  | 'REDIS_URL'
  | 'REDIS_HOST'
  | 'REDIS_PORT'
  | 'REDIS_USERNAME'
  | 'REDIS_PASSWORD'
  | 'REDIS_DB'
  | 'REDIS_TLS'
  | 'REDIS_COMMAND_TIMEOUT_MS'
>;

interface ConnectionLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/**
 * `producer`: a command fails at once while Redis is away, and within the command timeout when it
 * does not answer; what failed is never sent later. `worker`: waits for Redis for ever.
 */
export type RedisUse = 'producer' | 'worker';

const MAX_RETRY_DELAY_MS = 2_000;
const WORKER_RETRY_DELAY_MS = 1_000;

/** Whether any setting says where Redis is. */
export function isRedisConfigured(settings: RedisSettings): boolean {
  return settings.REDIS_URL !== undefined || settings.REDIS_HOST !== undefined;
}

/**
 * Opens a connection to Redis that reconnects by itself and never throws from an event.
 * A change of state is logged once, and the number of attempts when it is over.
 */
export function connectRedis(settings: RedisSettings, use: RedisUse, log: ConnectionLog): Redis {
  const options = OPTIONS[use](settings);
  const redis =
    settings.REDIS_URL === undefined
      ? new Redis({ ...endpoint(settings), ...options })
      : new Redis(settings.REDIS_URL, options);
  logStateChanges(redis, use, log);
  return redis;
}

function endpoint(settings: RedisSettings): RedisOptions {
  return {
    host: settings.REDIS_HOST ?? '127.0.0.1',
    port: settings.REDIS_PORT,
    db: settings.REDIS_DB,
    ...(settings.REDIS_USERNAME === undefined ? {} : { username: settings.REDIS_USERNAME }),
    ...(settings.REDIS_PASSWORD === undefined ? {} : { password: settings.REDIS_PASSWORD }),
    ...(settings.REDIS_TLS ? { tls: {} } : {}),
  };
}

const OPTIONS: Record<RedisUse, (settings: RedisSettings) => RedisOptions> = {
  producer: (settings) => ({
    enableOfflineQueue: false,
    // A command in flight when the connection breaks must not be sent again behind our back.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: settings.REDIS_COMMAND_TIMEOUT_MS,
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(times * 50, MAX_RETRY_DELAY_MS),
    reconnectOnError,
  }),
  worker: () => ({
    maxRetriesPerRequest: null,
    connectTimeout: 2_000,
    retryStrategy: (times) => Math.min(times * 50, WORKER_RETRY_DELAY_MS),
    reconnectOnError,
  }),
};

/** After a failover the old master answers READONLY: only a new connection finds the new one. */
function reconnectOnError(error: Error): boolean {
  return error.message.startsWith('READONLY');
}

function logStateChanges(redis: Redis, use: RedisUse, log: ConnectionLog): void {
  let attempts = 0;
  let lastError = '';
  redis.on('error', (error: Error) => {
    if (error.message === lastError) return;
    lastError = error.message;
    log.warn('Redis connection error', { use, reason: error.message });
  });
  redis.on('close', () => {
    if (attempts === 0) log.warn('Redis connection closed', { use });
  });
  redis.on('reconnecting', (delayMs: number) => {
    attempts += 1;
    if (attempts === 1) log.warn(`Redis retry attempt ${attempts}`, { use, delayMs });
  });
  redis.on('ready', () => {
    log.info('Redis connection ready', { use, failedAttempts: attempts });
    attempts = 0;
    lastError = '';
  });
}
