// A worker process as worker.ts starts it, with the real work for each user, but slowed down: after
// the work each job waits as long as the file PACE_FILE says at that moment, in milliseconds. Every
// execution leaves a document, so that a test sees which users' work was done how often.
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

const paceFile = String(process.env.PACE_FILE);

/** @typedef {import('../../server/Services/BackgroundJobs/queues/catalogue.ts').ProcessorServices} Services */
/** @typedef {import('../../server/Services/BackgroundJobs/queues/jobDefinition.ts').Processor<{userId: string}, unknown>} Work */

/**
 * @param {Services} services
 * @returns {Promise<Work>}
 */
async function pacedProcessor(services) {
  /** @type {Work} */
  const work = userDataProcessor(services);
  const executions = mongoose.connection.collection('executions');
  return async (payload, context) => {
    const result = await work(payload, context);
    await executions.insertOne({ runId: context.runId, userId: payload.userId });
    const pace = Number(readFileSync(paceFile, 'utf8'));
    if (pace > 0) await wait(pace, undefined, { signal: context.signal });
    return result;
  };
}

const catalogue = [entry(userDataJob, pacedProcessor)];
await runProcess((/** @type {unknown} */ env) => startWorker({ env, catalogue }));
