// Of the spike: a worker that takes pages. Of each it reads which users are still to be done, does their work, which is
// nothing, and writes their records, fenced as the product does it and gathered over all pages at work; only then
// the page is completed.
import { Worker } from 'bullmq';
import { inOneStatement } from './oneStatement.mjs';
import { answer, env, given, load } from './parts.mjs';

const { connectMongo } = await load('config/mongoConn.js');
const { connectRedis } = await load('config/queueRedisConn.js');
const { gather } = await load('config/gather.js');
const { jobRecords } = await load('models/system/jobRecords.js');
const settings = await env();
await connectMongo({ uri: given.mongoUri });
const DURABLE = /** @type {const} */ ({ w: 'majority', journal: true });
const PENDING = ['queued', 'active', 'delayed'];
const RESULT = { segment: 'new', frequency: 0, pAlive: null, summary: 'saved' };
const WRITES_IN_FLIGHT = 2;

/** @typedef {{_id: string, startedAt: Date, starts: number}} Done */

/** @param {readonly Done[]} done */
function together(done) {
  const now = new Date();
  const changes = done.map(({ _id, startedAt, starts }) => ({
    key: _id,
    fields: {
      ...{ status: 'completed', starts, attempts: 1, startedAt, finishedAt: now },
      ...{ durationMs: +now - +startedAt, worker: 'pages', error: null, history: [] },
      ...{ result: RESULT, updatedAt: now, expiresAt: new Date(+now + 7 * 86_400_000) },
    },
  }));
  return inOneStatement(changes, PENDING);
}

/** @type {(one: Done) => Promise<void>} */
const record = gather(
  async (/** @type {readonly Done[]} */ done) => {
    await jobRecords().bulkWrite([together(done)], { ordered: false, writeConcern: DURABLE });
    return done.map(() => undefined);
  },
  1_000,
  WRITES_IN_FLIGHT,
);

let done = 0;
let firstAt = 0;
new Worker(
  'pages',
  async ({ data, attemptsStarted: starts }) => {
    firstAt ||= Date.now();
    const startedAt = new Date();
    const pending = await jobRecords()
      .find({ _id: { $in: data.jobIds }, status: { $in: PENDING } })
      .project({ _id: 1, userId: 1, payload: 1 })
      .toArray();
    await Promise.all(
      pending.map((/** @type {any} */ { _id }) => record({ _id, startedAt, starts })),
    );
    done += pending.length;
    if (done === given.jobs) answer({ seconds: (Date.now() - firstAt) / 1000 });
  },
  {
    connection: connectRedis(settings, 'worker', { info() {}, warn() {}, error: console.error }),
    ...{ prefix: given.prefix, concurrency: given.concurrency },
    ...{ lockDuration: settings.WORKER_LOCK_MS, stalledInterval: settings.WORKER_STALLED_CHECK_MS },
  },
);
