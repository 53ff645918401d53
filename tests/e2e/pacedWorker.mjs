// A worker process as worker.ts starts it, with the real work for each user. What it does besides is
// said by the file WORK_FILE, read anew by each job: how long it waits before and after its work,
// whether it looks at its signal, whose work fails, whose crashes the process, and whose blocks its event loop at
// the first start; and, read at its start, which payload version it knows. Every start leaves a
// document in `executions`; tests/e2e/effects.mjs says what its write of the user's summary leaves.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';
import { journaled } from './effects.mjs';

const compiled = new URL('../../dist/server/', import.meta.url);
/** @param {string} path */
const load = (path) => import(new URL(path, compiled).href);

const { runProcess } = await load('composition/runProcess.js');
const { startWorker } = await load('composition/worker.js');
const { catalogue: all, entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');
const { userDataProcessor } = await load(
  'Services/BackgroundJobs/jobs/userData/userData.processor.js',
);

const { UserModel } = await load('models/UserModel.js');
const { createUserDataGateway } = await load('Services/CustomerScoring/userDataGateway.js');

const workFile = String(process.env.WORK_FILE);
if (process.env.NODE_APP_INSTANCE === '0') setClockAsTold();

/** Lets this process live at another time, as if its machine's clock were set; timers go on as they are. */
function setClockAsTold() {
  const Machine = Date;
  let aheadMs = 0;
  setInterval(() => {
    aheadMs = behaviour().clockAheadMs ?? 0;
  }, 200).unref();
  globalThis.Date = new Proxy(Machine, {
    construct: (_, args, target) =>
      Reflect.construct(Machine, args.length === 0 ? [Machine.now() + aheadMs] : args, target),
    get: (of, name) => (name === 'now' ? () => Machine.now() + aheadMs : Reflect.get(of, name)),
  });
}

/** @typedef {import('../../server/Services/BackgroundJobs/queues/catalogue.ts').WorkerPlatform} Platform */
/** @typedef {import('../../server/Services/BackgroundJobs/queues/jobDefinition.ts').Processor<import('../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts').UserDataPayload, unknown>} Work */

/** @returns {{paceMs: number, delayMs?: number, bare?: boolean, deaf?: boolean, failingUsers?: string[], crashingUsers?: string[], blockingUsers?: string[], blockMs?: number, clockAheadMs?: number, version?: number}} */
const behaviour = () => JSON.parse(readFileSync(workFile, 'utf8'));

/**
 * Computes without letting anything else in this process have its turn.
 * @param {number} ms
 */
function block(ms) {
  const until = Date.now() + ms;
  while (Date.now() < until);
}

/**
 * @param {Platform} platform
 * @returns {Promise<Work>}
 */
async function pacedProcessor({ env }) {
  const userData = createUserDataGateway({ scoringParams: env.SCORING_PARAMS });
  const executions = mongoose.connection.collection('executions');
  return async (payload, given) => {
    const { userId } = payload;
    const { bare, deaf, paceMs, delayMs = 0, blockMs = 0, ...users } = behaviour();
    const { failingUsers = [], crashingUsers, blockingUsers } = users;
    const context = deaf ? { ...given, signal: new AbortController().signal } : given;
    const { runId, jobId, signal } = context;
    // By the machine's clock, whatever this process takes it for.
    const at = new Date(performance.timeOrigin + performance.now());
    const execution = { runId, userId, jobId, pid: process.pid, at };
    if (bare) {
      await executions.insertOne(execution);
      return null;
    }
    const isFirst = (await executions.countDocuments({ jobId }, { limit: 1 })) === 0;
    await executions.insertOne(execution);
    const user = failingUsers.length === 0 ? null : await UserModel.findById(userId).lean();
    if (user !== null && failingUsers.includes(user.externalId)) {
      throw new Error(`The provider answers 401 to user ${user.externalId}.`);
    }
    if (crashingUsers?.includes(userId)) process.kill(process.pid, 'SIGKILL');
    if (isFirst && blockingUsers?.includes(userId)) block(blockMs);
    if (delayMs > 0) await wait(delayMs, undefined, { signal });
    const effect = journaled(userData, payload, context);
    /** @type {Work} */
    const work = userDataProcessor({ userData: effect.userData });
    const result = await work(payload, context);
    await effect.ensure();
    if (paceMs > 0) await wait(paceMs, undefined, { signal });
    return result;
  };
}

const { version = userDataJob.version } = behaviour();
/** @type {import('../../server/Services/BackgroundJobs/queues/catalogue.ts').Catalogue} */
const others = all.filter(
  (
    /** @type {import('../../server/Services/BackgroundJobs/queues/catalogue.ts').CatalogueEntry} */ each,
  ) => each.definition.kind !== userDataJob.kind,
);
const catalogue = [entry({ ...userDataJob, version }, pacedProcessor), ...others];
await runProcess((/** @type {unknown} */ env) => startWorker({ env, catalogue }));
