// Single jobs as a team would put them in by hand: the same records by the driver, and the same jobs by BullMQ.
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { orderProcessingJob } from './orders.mjs';
import { given, load, opened } from './parts.mjs';

const { newRecord } = await load('Services/BackgroundJobs/enqueuing/entries.js');
const { storedEnvelope } = await load('Services/BackgroundJobs/queues/envelope.js');
const DURABLE = /** @type {const} */ ({ w: 'majority', journal: true });

/** The way by hand, on connections of its own. */
export async function openBareOrders() {
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

  /** @param {{orderId: string}} payload */
  const envelopeOf = (payload) => ({
    ...{ kind, version, jobId: randomUUID(), runId: null, runSeq: 1, userId: null, generation: 1 },
    ...{ requestId: null, key: payload.orderId, unique: null, uniqueUntil: null, runAt: null },
    ...{ priority: 100, maxAttempts: null, spent: null, deadlineMs: null, late: null, payload },
  });
  /** @typedef {ReturnType<typeof envelopeOf>} Envelope */

  /** @param {Envelope} envelope */
  const jobOf = (envelope) => ({
    name: kind,
    data: storedEnvelope(envelope),
    opts: {
      ...{ jobId: envelope.jobId, attempts, priority: envelope.priority },
      backoff: { type: 'exponential', delay: retryDelayMs },
    },
  });

  /** @param {Envelope[]} envelopes */
  async function record(envelopes) {
    const now = new Date();
    await records.insertMany(
      envelopes.map((envelope) => newRecord(name, { envelope, deduplicationId: null }, now)),
      { ordered: false, writeConcern: DURABLE },
    );
  }

  return {
    envelopeOf,
    record,
    /** @param {Envelope[]} envelopes */
    add: (envelopes) => queue.addBulk(envelopes.map(jobOf)),
    /** @param {{orderId: string}} payload @param {{isRecorded: boolean}} how */
    async putOne(payload, { isRecorded }) {
      const envelope = envelopeOf(payload);
      if (isRecorded) {
        const entry = newRecord(name, { envelope, deduplicationId: null }, new Date());
        await records.insertOne(entry, { writeConcern: DURABLE });
      }
      const { opts, data } = jobOf(envelope);
      await queue.add(kind, data, opts);
    },
  };
}
