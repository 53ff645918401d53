// What a team would write by hand: users read by pages, the same records inserted by the driver while the
// page before is added to BullMQ, in batches of 50, four in flight. Without `records`, the adding alone.
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { answer, given, load, producing } from './parts.mjs';

const { settings, redis, source, openRun, userDataJob } = await producing();
const { entryOf } = await load('Services/BackgroundJobs/runs/enumerate.js');
const { newRecord } = await load('Services/BackgroundJobs/enqueuing/entries.js');
const { storedEnvelope } = await load('Services/BackgroundJobs/queues/envelope.js');
const { attempts, retryDelayMs } = userDataJob.options(settings);
const db = mongoose.connection.getClient().db(mongoose.connection.name);
const users = db.collection('users');
/** @type {mongoose.mongo.Collection<{_id: string, [field: string]: unknown}>} */
const records = db.collection('jobstatuses');
const queue = new Queue(userDataJob.kind, {
  connection: redis,
  prefix: given.prefix,
  ...{ skipVersionCheck: true, skipMetasUpdate: true },
  defaultJobOptions: { removeOnComplete: { age: 3_600 }, removeOnFail: { age: 3_600 } },
});
const DURABLE = /** @type {const} */ ({ w: 'majority', journal: true });

/** @typedef {import('../../server/Services/BackgroundJobs/queues/jobQueue.ts').QueueEntry} Entry */

/**
 * @param {Entry[]} entries
 */
async function add(entries) {
  const jobs = await queue.addBulk(
    entries.map(({ envelope, deduplicationId }) => ({
      name: envelope.kind,
      data: storedEnvelope(envelope),
      opts: {
        jobId: envelope.jobId,
        attempts,
        backoff: { type: 'exponential', delay: retryDelayMs },
        deduplication: { id: String(deduplicationId) },
      },
    })),
  );
  const duplicates = entries
    .map(({ envelope }, position) => ({ _id: envelope.jobId, of: jobs[position]?.id }))
    .filter(({ _id, of }) => _id !== of);
  if (duplicates.length > 0 && given.records) {
    const now = new Date();
    const set = { status: 'duplicate', finishedAt: now, updatedAt: now };
    await records.bulkWrite(
      duplicates.map(({ _id, of }) => ({
        updateOne: {
          filter: { _id, generation: 1, status: { $in: ['queued', 'delayed'] } },
          update: { $set: { ...set, duplicateOf: of, expiresAt: new Date(+now + 86_400_000) } },
        },
      })),
      { ordered: false, writeConcern: DURABLE },
    );
  }
  return duplicates.length;
}

async function enumerate() {
  const run = await openRun();
  const open = source.open(run);
  let enqueued = 0;
  let duplicates = 0;
  const nextPage = async (/** @type {mongoose.mongo.ObjectId | null} */ after) => {
    const beyond = after === null ? {} : { _id: { $gt: after } };
    const found = await users
      .find({ active: true, deletedAt: null, ...beyond }, { projection: { _id: 1 } })
      .hint({ _id: 1 })
      .sort({ _id: 1 })
      .limit(1_000)
      .batchSize(1_001)
      .toArray();
    const entries = found.map(({ _id }) => entryOf(run, source, _id.toHexString(), open));
    if (given.records && entries.length > 0) {
      const now = new Date();
      await records.insertMany(
        entries.map((entry, position) => ({
          ...newRecord(userDataJob.kind, entry, now),
          userId: found[position]?._id,
        })),
        { ordered: false, writeConcern: DURABLE },
      );
    }
    return { entries, last: found.at(-1)?._id };
  };
  const began = performance.now();
  let page = nextPage(null);
  for (;;) {
    const { entries, last } = await page;
    if (last === undefined) break;
    page = nextPage(last);
    /** @type {Entry[][]} */
    const batches = [];
    for (let at = 0; at < entries.length; at += 50) batches.push(entries.slice(at, at + 50));
    await Promise.all(
      [1, 2, 3, 4].map(async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          const held = await add(batch);
          duplicates += held;
          enqueued += batch.length - held;
        }
      }),
    );
  }
  return { seconds: (performance.now() - began) / 1000, enqueued, duplicates };
}

answer({ fresh: await enumerate(), again: await enumerate() });
process.exit(0);
