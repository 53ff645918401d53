import { Queue, Worker } from 'bullmq';
import mongoose from 'mongoose';
import { given, load, SILENT } from '../processes/parts.mjs';

const NAME = 'user-data';
const BATCH = 50;

/** BullMQ by hand, with a write to MongoDB when a job is put in, when it starts and when it ends. */
export async function open(settings) {
  const { connectRedis } = await load('config/queueRedisConn.js');
  const records = mongoose.connection.collection('barestatuses');
  const { prefix, concurrency } = given;
  const queue = new Queue(NAME, { connection: connectRedis(settings, 'producer', SILENT), prefix });

  async function addBatch(batch) {
    const queuedAt = new Date();
    const withIds = batch.map((job) => ({ id: `${job.runSeq}-${job.userId}`, job }));
    await records.insertMany(
      withIds.map(({ id, job }) => ({ _id: id, ...job, status: 'queued', queuedAt })),
      { ordered: false },
    );
    const opts = { attempts: 4, backoff: { type: 'exponential', delay: 1_000 } };
    await queue.addBulk(
      withIds.map(({ id, job }) => ({ name: NAME, data: job, opts: { ...opts, jobId: id } })),
    );
  }

  return {
    async add(jobs) {
      for (let at = 0; at < jobs.length; at += BATCH) await addBatch(jobs.slice(at, at + BATCH));
    },
    async work(work) {
      const set = (id, fields) => records.updateOne({ _id: id }, { $set: fields });
      const connection = connectRedis(settings, 'worker', SILENT);
      new Worker(
        NAME,
        async ({ id, data }) => {
          await set(id, { status: 'active', startedAt: new Date() });
          await work(data);
          await set(id, { status: 'completed', finishedAt: new Date() });
        },
        { connection, prefix, concurrency },
      );
    },
  };
}
