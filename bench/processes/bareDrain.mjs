// What a team would write by hand: BullMQ's worker, and each outcome brought to its record by the driver,
// fenced as the product does it, in full batches of 1,000 at once, two in flight: an update each, or with `one-statement`
// one for a batch, as the product writes them. Without `records`, BullMQ alone.
import { Worker } from 'bullmq';
import { inOneStatement } from './oneStatement.mjs';
import { answer, env, given, load } from './parts.mjs';

const { connectMongo } = await load('config/mongoConn.js');
const { connectRedis } = await load('config/queueRedisConn.js');
const { jobRecords } = await load('models/system/jobRecords.js');
const updates = process.argv.includes('one-statement') ? together : each;
const settings = await env();
await connectMongo({ uri: given.mongoUri });
const DURABLE = /** @type {const} */ ({ w: 'majority', journal: true });
const OPEN = ['scheduled', 'queued', 'active', 'delayed'];
const name = 'bare';
/** @type {import('bullmq').Job[]} */
let ended = [];
let inFlight = 0;
let done = 0;
let firstAt = 0;

/**
 * @param {import('bullmq').Job} job
 * @param {Date} now
 */
const fieldsOf = (job, now) => ({
  ...{ status: 'completed', starts: job.attemptsStarted, attempts: job.attemptsMade },
  startedAt: new Date(job.processedOn ?? 0),
  finishedAt: new Date(job.finishedOn ?? 0),
  durationMs: (job.finishedOn ?? 0) - (job.processedOn ?? 0),
  ...{ worker: name, error: null, history: [], result: job.returnvalue },
  ...{ updatedAt: now, expiresAt: new Date(+now + 7 * 86_400_000) },
});

/** An update for each record. @param {import('bullmq').Job[]} batch @param {Date} now */
function each(batch, now) {
  return batch.map((job) => ({
    updateOne: {
      filter: {
        ...{ _id: job.data.jobId, generation: job.data.generation },
        ...{ status: { $in: OPEN }, starts: { $lte: job.attemptsStarted } },
      },
      update: { $set: fieldsOf(job, now) },
    },
  }));
}

/** One for all of them. @param {import('bullmq').Job[]} batch @param {Date} now */
function together(batch, now) {
  const changes = batch.map((job) => ({ key: job.data.jobId, fields: fieldsOf(job, now) }));
  return [inOneStatement(changes, OPEN)];
}

async function write() {
  const batch = ended.slice(0, 1_000);
  ended = ended.slice(1_000);
  inFlight += 1;
  const now = new Date();
  await jobRecords().bulkWrite(updates(batch, now), { ordered: false, writeConcern: DURABLE });
  inFlight -= 1;
  if (ended.length >= 1_000) void write();
}

setInterval(() => {
  if (inFlight < 2 && ended.length > 0) void write();
}, 100);

const worker = new Worker(
  'user-data',
  async () => ({ segment: 'new', frequency: 0, pAlive: null, summary: 'saved' }),
  {
    connection: connectRedis(settings, 'worker', { info() {}, warn() {}, error: console.error }),
    ...{ prefix: given.prefix, concurrency: given.concurrency, name },
    ...{ lockDuration: settings.WORKER_LOCK_MS, stalledInterval: settings.WORKER_STALLED_CHECK_MS },
  },
);
worker.on('completed', (job) => {
  if (firstAt === 0) firstAt = Number(job.processedOn);
  done += 1;
  if (done === given.jobs) answer({ seconds: (Date.now() - firstAt) / 1000 });
  if (!given.records) return;
  ended.push(job);
  if (ended.length >= 1_000 && inFlight < 2) void write();
});
