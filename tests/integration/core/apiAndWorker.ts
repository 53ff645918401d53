import { randomBytes, randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { ownPort } from '../../ownPort.ts';
import { NO_USER_DATA_SLOT } from '../../scheduleSettings.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

/**
 * Starts API and worker in this process for the suite, on a database and a queue prefix of their own, which are
 * removed after it.
 * @param settings beside those of the two stores.
 * @returns all their settings; the API listens on `PORT`.
 */
export async function useApiAndWorker(settings: Readonly<Record<string, string>>): Promise<Env> {
  const name = `both-${randomUUID().slice(0, 8)}`;
  const uri = new URL(MONGODB_URI);
  uri.pathname = `/${name}`;
  uri.searchParams.set('directConnection', 'true');
  const env = parseSettings({
    ...{ REDIS_URL, MONGODB_URI: uri.href, QUEUE_PREFIX: `{${name}}` },
    PORT: String(await ownPort()),
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    DATA_KEY: randomBytes(32).toString('hex'),
    ...{ LOG_LEVEL: 'error', SHUTDOWN_GRACE_MS: '1000', ...NO_USER_DATA_SLOT },
    ...settings,
  });
  const running: { shutdown: { stop(): Promise<void> } }[] = [];

  beforeAll(async () => {
    await connectMongo({ uri: uri.href });
    await ensureIndexes();
    running.push(await startApi(env), await startWorker({ env, catalogue }));
  });
  afterAll(async () => {
    for (const each of running) await each.shutdown.stop();
    await connectMongo({ uri: uri.href });
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    const redis = connectRedis(env, 'worker', SILENT);
    await removeKeys(redis, env.QUEUE_PREFIX);
    redis.disconnect();
  });
  return env;
}
