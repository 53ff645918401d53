// What a team would write by hand: the same records inserted by the driver, a list in pages while the page
// before is added to BullMQ in batches of 50, four in flight; a call alone, one insert and one add.
// Without `records`, the adding alone.
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { orderProcessingJob, putIn } from './orders.mjs';
import { answer, given, load, opened } from './parts.mjs';

const { newRecord } = await load('Services/BackgroundJobs/enqueuing/entries.js');
const { storedEnvelope } = await load('Services/BackgroundJobs/queues/envelope.js');
const { settings, redis } = await opened(orderProcessingJob);
const { attempts, retryDelayMs } = orderProcessingJob.options(settings);
const { kind, version } = orderProcessingJob;
const name = orderProcessingJob.queue.name;
const records = mongoose.connection
  .getClient()
  .db(mongoose.connection.name)
  .collection('jobstatuses');
const queue = new Queue(name, {
  connection: redis,
  prefix: given.prefix,
  ...{ skipVersionCheck: true, skipMetasUpdate: true },
  defaultJobOptions: { removeOnComplete: { age: 3_600 }, removeOnFail: { age: 3_600 } },
});
const DURABLE = /** @type {const} */ ({ w: 'majority', journal: true });
const PAGE = 1_000;
const BATCH = 50;
const BATCHES_IN_FLIGHT = 4;

/** @param {{orderId: string}} payload */
const envelopeOf = (payload) => ({
  ...{ kind, version, jobId: randomUUID(), runId: null, runSeq: 1, userId: null, generation: 1 },
  ...{
    requestId: null,
    key: payload.orderId,
    unique: null,
    uniqueUntil: null,
    runAt: null,
    priority: 100,
  },
  ...{ maxAttempts: null, spent: null, deadlineMs: null, late: null, payload },
});
/** @typedef {ReturnType<typeof envelopeOf>} Envelope */

/** @param {Envelope} envelope @param {Date} now */
const recordOf = (envelope, now) => newRecord(name, { envelope, deduplicationId: null }, now);

/** @param {Envelope} envelope */
const jobOf = (envelope) => ({
  name: kind,
  data: storedEnvelope(envelope),
  opts: {
    ...{ jobId: envelope.jobId, attempts, priority: envelope.priority },
    backoff: { type: 'exponential', delay: retryDelayMs },
  },
});

/** @param {Envelope[]} page */
async function record(page) {
  const now = new Date();
  if (given.records && page.length > 0) {
    await records.insertMany(
      page.map((envelope) => recordOf(envelope, now)),
      { ordered: false, writeConcern: DURABLE },
    );
  }
  return page;
}

/** @param {Envelope[]} page */
async function add(page) {
  const left = [...page];
  const adder = async () => {
    for (let batch = left.splice(0, BATCH); batch.length > 0; batch = left.splice(0, BATCH)) {
      await queue.addBulk(batch.map(jobOf));
    }
  };
  await Promise.all(Array.from({ length: BATCHES_IN_FLIGHT }, adder));
}

answer(
  await putIn({
    async many(payloads) {
      const left = payloads.map(envelopeOf);
      let next = record(left.splice(0, PAGE));
      for (let page = await next; page.length > 0; page = await next) {
        next = record(left.splice(0, PAGE));
        await add(page);
      }
    },
    async one(payload) {
      const envelope = envelopeOf(payload);
      if (given.records) {
        await records.insertOne(recordOf(envelope, new Date()), { writeConcern: DURABLE });
      }
      const { opts, data } = jobOf(envelope);
      await queue.add(kind, data, opts);
    },
  }),
);
process.exit(0);
