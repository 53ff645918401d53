// Puts single jobs in at their instants, however long the ones before take: as users do, who do not wait for each other.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { orderProcessingJob } from './orders.mjs';
import { given, load, opened, SILENT } from './parts.mjs';

const [, , way, perSecond = '1'] = process.argv;
const { settings, redis, lane } = await opened(orderProcessingJob);
const put = way === 'Hourwork' ? await product() : await bare();

/** @returns {Promise<(orderId: string) => Promise<unknown>>} */
async function product() {
  const { lanesOf } = await load('Services/BackgroundJobs/enqueuing/lanes.js');
  const { createEnqueuer, horizonOf } = await load('Services/BackgroundJobs/enqueuing/enqueuer.js');
  const enqueuer = createEnqueuer({
    lanes: lanesOf([lane]),
    ...{ batchSize: settings.USER_BATCH_SIZE, horizonMs: horizonOf(settings), log: SILENT },
  });
  return (orderId) => enqueuer.enqueue(orderProcessingJob, { orderId }, { key: orderId });
}

/** @returns {Promise<(orderId: string) => Promise<unknown>>} */
async function bare() {
  const { newRecord } = await load('Services/BackgroundJobs/enqueuing/entries.js');
  const { storedEnvelope } = await load('Services/BackgroundJobs/queues/envelope.js');
  const { kind, version, queue } = orderProcessingJob;
  const db = mongoose.connection.getClient().db(mongoose.connection.name);
  const jobs = new Queue(queue.name, {
    ...{ connection: redis, prefix: given.prefix, skipVersionCheck: true, skipMetasUpdate: true },
  });
  return async (orderId) => {
    const envelope = {
      ...{
        kind,
        version,
        jobId: randomUUID(),
        runId: null,
        runSeq: 1,
        userId: null,
        generation: 1,
      },
      ...{
        requestId: null,
        key: orderId,
        unique: null,
        uniqueUntil: null,
        runAt: null,
        priority: 100,
      },
      ...{ maxAttempts: null, spent: null, deadlineMs: null, late: null, payload: { orderId } },
    };
    const record = newRecord(queue.name, { envelope, deduplicationId: null }, new Date());
    await db
      .collection('jobstatuses')
      .insertOne(record, { writeConcern: { w: 'majority', journal: true } });
    await jobs.add(kind, storedEnvelope(envelope), { jobId: envelope.jobId, priority: 100 });
  };
}

const began = Date.now();
await Promise.all(
  Array.from({ length: given.jobs }, async (_, number) => {
    const due = began + (number * 1000) / Number(perSecond);
    await sleep(due - Date.now());
    // Without an id of its own the key would be known from the job before.
    await put(`${Math.round(due)}:${number}`);
  }),
);
