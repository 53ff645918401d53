import { type Env, missingSettings } from '../config/env.ts';
import { connectMongo, disconnectMongo } from '../config/mongoConn.ts';
import { connectRedis, isRedisConfigured, type RedisConnection } from '../config/queueRedisConn.ts';
import { redisAddress } from '../config/redisAddress.ts';
import { reasonOf } from '../config/redisLog.ts';
import { refusalOf } from '../config/redisRefusals.ts';
import { flushTallies } from '../Services/BackgroundJobs/numbers/tally.ts';
import { ownershipProblem } from '../Services/BackgroundJobs/queues/ownership.ts';
import { isOwnerAlive } from '../Services/BackgroundJobs/queues/prefixOwner.ts';

const SILENT = { info: () => undefined, warn: () => undefined };
const READY_MS = 2_000;
/** Longer than where a request waits: a command that began is not to fail for one slow moment. */
const SELECTION_MS = 3_000;

/** Does something with the database open. @throws Error when it is not named, or does not answer. */
export async function inMongo<T>(env: Env, use: () => Promise<T>): Promise<T> {
  if (env.MONGODB_URI === undefined) {
    throw missingSettings('This command', ['MONGODB_URI']);
  }
  try {
    await connectMongo({
      ...{ uri: env.MONGODB_URI, appName: 'hourwork-cli' },
      selectionTimeoutMs: SELECTION_MS,
    });
    return await use();
  } finally {
    await flushTallies();
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
    await whenReady(redis, env);
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}

/**
 * The same, to remove or replace what is there: the prefix must be this database's, which is open, or
 * nobody's. One whose owner has no process running may be replaced too, if that is asked for.
 */
export function inOwnRedis<T>(
  env: Env,
  { replace }: { replace: boolean },
  use: (redis: RedisConnection) => Promise<T>,
): Promise<T> {
  return inRedis(env, async (redis) => {
    const prefix = env.QUEUE_PREFIX;
    const problem = await ownershipProblem({ redis, prefix, address: redisAddress(env) });
    if (problem !== null && !(replace && !(await isOwnerAlive(redis, prefix)))) throw problem;
    return use(redis);
  });
}

function whenReady(redis: RedisConnection, env: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = 'Redis is away: no answer';
    const timer = setTimeout(() => reject(new Error(told)), READY_MS);
    const note = (reason: string) => {
      const refusal = refusalOf(reason, env);
      if (refusal !== null) told = `Redis refuses the connection: ${refusal}`;
      else if (!told.startsWith('Redis refuses')) told = `Redis is away: ${reason}`;
    };
    redis.on('error', (error: Error) => note(reasonOf(error)));
    redis.on('sentinelError', (error: Error) => note(error.message));
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
