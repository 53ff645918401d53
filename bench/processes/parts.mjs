// What the processes of a benchmark have in common: each is started by a case, gets its settings as JSON
// in BENCH, and answers with JSON on a line of its own.
import { once } from 'node:events';

const compiled = new URL('../../dist/server/', import.meta.url);

/** @param {string} path of a compiled module, below server/ */
export const load = (path) => import(new URL(path, compiled).href);

/** @type {{mongoUri: string, redisUrl: string, postgresUrl: string, prefix: string, jobs: number, concurrency: number, records: boolean, settings: Record<string, string>}} */
export const given = JSON.parse(process.env.BENCH ?? '{}');

const quiet = () => undefined;
export const SILENT = { debug: quiet, info: quiet, warn: quiet, error: console.error };

/** Says to the case that started this process. */
export const answer = (/** @type {object} */ what) =>
  process.stdout.write(`${JSON.stringify(what)}\n`);

/** The settings of the product, as shipped but for what the case says. */
export async function env() {
  const { parseSettings } = await load('config/env.js');
  return parseSettings({
    MONGODB_URI: given.mongoUri,
    REDIS_URL: given.redisUrl,
    QUEUE_PREFIX: given.prefix,
    LOG_LEVEL: 'warn',
    ...given.settings,
  });
}

/**
 * The way into the queue of a kind, on connections of its own.
 * @param {any} job its definition
 */
export async function opened(job) {
  const settings = await env();
  const { connectMongo } = await load('config/mongoConn.js');
  const { connectRedis } = await load('config/queueRedisConn.js');
  const { openQueue } = await load('Services/BackgroundJobs/queue.js');
  const { createOutbox } = await load('Services/BackgroundJobs/enqueuing/outbox.js');
  const { laneSettings } = await load('Services/BackgroundJobs/enqueuing/lanes.js');
  await connectMongo({ uri: given.mongoUri });
  const redis = connectRedis(settings, 'producer', SILENT);
  // The product's producers answer at once that Redis is away, also before it has answered the first time.
  if (redis.status !== 'ready') await once(redis, 'ready');
  const { QUEUE_PREFIX: prefix, REDIS_KEEP_FINISHED_MS: keepFinishedMs } = settings;
  const queue = openQueue(job.queue.name, () => job.options(settings), redis, {
    prefix,
    keepFinishedMs,
  });
  const retention = laneSettings(settings, [job]);
  const lane = { queue, outbox: createOutbox({ queue, ...retention }), ...retention };
  return { settings, redis, lane };
}

/** The producing side of runs of users. */
export async function producing() {
  const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');
  const { userDataInputOf, userDataSource: source } = await load(
    'Services/BackgroundJobs/jobs/userData/userData.source.js',
  );
  const { openRequestedRun } = await load('Services/BackgroundJobs/runs/ledger.js');
  const { settings, redis, lane } = await opened(userDataJob);
  const openRun = () =>
    openRequestedRun({
      ...{ kind: userDataJob.kind, input: userDataInputOf({}), trigger: 'manual', mode: 'queue' },
      ...{ batchSize: settings.USER_BATCH_SIZE, selection: null, requestId: null },
    });
  return { settings, redis, outbox: lane.outbox, source, userDataJob, openRun };
}

/** As many active users as the case asks for, and all indexes. */
export async function seed() {
  const { connectMongo } = await load('config/mongoConn.js');
  const { ensureIndexes } = await load('models/indexes.js');
  const { UserModel } = await load('models/UserModel.js');
  await connectMongo({ uri: given.mongoUri });
  await ensureIndexes();
  const now = new Date();
  for (let made = 0; made < given.jobs; made += 1_000) {
    await UserModel.collection.insertMany(
      Array.from({ length: Math.min(1_000, given.jobs - made) }, (_, position) => {
        const externalId = `bench-${made + position}`;
        const dates = { createdAt: now, updatedAt: now };
        return { externalId, email: null, timezone: 'UTC', active: true, ...dates };
      }),
    );
  }
}
