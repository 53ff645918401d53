// A worker process as worker.ts starts it, with the real work for each user. What it does besides is
// said by the file WORK_FILE, read anew by each job: how long it waits after its work, whose work
// crashes the process, and whose blocks its event loop at the first start; and, read at its start,
// which payload version it knows. Every execution leaves a
// document in `executions`, so that a test sees which users' work was done how often; `effects` holds
// an effect that, like the product's own, is fenced by runSeq, and how often it was applied.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';

const compiled = new URL('../../dist/server/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, compiled).href);

const { runProcess } = await load('composition/runProcess.js');
const { startWorker } = await load('composition/worker.js');
const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');
const { userDataProcessor } = await load(
  'Services/BackgroundJobs/jobs/userData/userData.processor.js',
);

const workFile = String(process.env.WORK_FILE);
const DUPLICATE_KEY = 11_000;

/** @typedef {import('../../server/Services/BackgroundJobs/queues/catalogue.ts').ProcessorServices} Services */
/** @typedef {import('../../server/Services/BackgroundJobs/queues/jobDefinition.ts').Processor<{userId: string}, unknown>} Work */

/** @returns {{paceMs: number, crashingUsers?: string[], blockingUsers?: string[], blockMs?: number, version?: number}} */
const behaviour = () => JSON.parse(readFileSync(workFile, 'utf8'));

/**
 * Applies the effect once a run, never after that of a newer run.
 * @param {string} userId
 * @param {{runId: string, runSeq: number}} run
 */
async function applyEffect(userId, { runId, runSeq }) {
  const effects = mongoose.connection.collection('effects');
  await effects
    .updateOne(
      { _id: new mongoose.Types.ObjectId(userId), runSeq: { $lt: runSeq } },
      { $set: { runSeq }, $push: { runs: /** @type {never} */ (runId) } },
      { upsert: true, writeConcern: { w: 'majority', journal: true } },
    )
    .catch((error) => {
      // A newer effect, or this run's own, is there.
      if (error.code !== DUPLICATE_KEY) throw error;
    });
}

/**
 * Computes without letting anything else in this process have its turn.
 * @param {number} ms
 */
function block(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

/**
 * @param {Services} services
 * @returns {Promise<Work>}
 */
async function pacedProcessor(services) {
  /** @type {Work} */
  const work = userDataProcessor(services);
  const executions = mongoose.connection.collection('executions');
  return async (payload, context) => {
    const { userId } = payload;
    const { paceMs, crashingUsers, blockingUsers, blockMs = 0 } = behaviour();
    if (crashingUsers?.includes(userId)) process.kill(process.pid, 'SIGKILL');
    const result = await work(payload, context);
    const { runId, runSeq } = context;
    const isFirst = (await executions.countDocuments({ runId, userId }, { limit: 1 })) === 0;
    await executions.insertOne({ runId, userId, at: new Date() });
    if (isFirst && blockingUsers?.includes(userId)) block(blockMs);
    await applyEffect(userId, { runId, runSeq });
    if (paceMs > 0) await wait(paceMs, undefined, { signal: context.signal });
    return result;
  };
}

const { version = userDataJob.version } = behaviour();
const catalogue = [entry({ ...userDataJob, version }, pacedProcessor)];
await runProcess((/** @type {unknown} */ env) => startWorker({ env, catalogue }));
