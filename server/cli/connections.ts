import { type Env, missingSettings } from '../config/env.ts';
import { connectMongo, disconnectMongo } from '../config/mongoConn.ts';
import { connectRedis, isRedisConfigured, type RedisConnection } from '../config/queueRedisConn.ts';
import { reasonOf } from '../config/redisLog.ts';

const SILENT = { info: () => undefined, warn: () => undefined };
const READY_MS = 2_000;

/** Does something with the database open. @throws Error when it is not named, or does not answer. */
export async function inMongo<T>(env: Env, use: () => Promise<T>): Promise<T> {
  if (env.MONGODB_URI === undefined) {
    throw missingSettings('This command', ['MONGODB_URI']);
  }
  try {
    await connectMongo({ uri: env.MONGODB_URI, appName: 'hourwork-cli' });
    return await use();
  } finally {
    await disconnectMongo();
  }
}

/**
 * Does something with a connection to Redis that is ready.
 * @throws Error when it is not named, or is not ready within 2 s, with Redis' own reason.
 */
export async function inRedis<T>(
  env: Env,
  use: (redis: RedisConnection) => Promise<T>,
): Promise<T> {
  if (!isRedisConfigured(env)) throw missingSettings('This command', ['REDIS_URL']);
  const redis = connectRedis(env, 'producer', SILENT);
  try {
    await whenReady(redis);
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

function whenReady(redis: RedisConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason = 'no answer';
    const timer = setTimeout(() => reject(new Error(`Redis is away: ${reason}`)), READY_MS);
    redis.on('error', (error: Error) => {
      reason = reasonOf(error);
    });
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
