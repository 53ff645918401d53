// The parts of an installation as the test that spawned this process has them, from the compiled
// code: `npm test` builds it first.
const compiled = new URL('../../../../dist/server/', import.meta.url);
/** @param {string} path */
export const load = (path) => import(new URL(path, compiled).href);

const quiet = () => undefined;
export const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** @param {string} name */
export function given(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: a test spawns this.`);
  return value;
}

/** Connects to the databases of the test. */
export async function connect() {
  const { parseSettings } = await load('config/env.js');
  const { connectMongo } = await load('config/mongoConn.js');
  const { connectRedis } = await load('config/queueRedisConn.js');
  const { openQueue } = await load('Services/BackgroundJobs/queue.js');
  const { createOutbox } = await load('Services/BackgroundJobs/enqueuing/outbox.js');
  const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');
  const env = parseSettings(JSON.parse(given('TEST_SETTINGS')));
  await connectMongo({ uri: env.MONGODB_URI });
  const redis = connectRedis(env, 'worker', SILENT);
  const settings = { prefix: env.QUEUE_PREFIX, keepFinishedMs: env.REDIS_KEEP_FINISHED_MS };
  const queue = openQueue(userDataJob.kind, () => userDataJob.options(env), redis, settings);
  const outbox = createOutbox({ queue, duplicateRetentionDays: 1 });
  return { env, redis, queue, outbox, userDataJob };
}

/** Ends this process as `kill -9` does: nothing is cleaned up. */
export function dieAtOnce() {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing more must be done.
  return new Promise(() => undefined);
}
