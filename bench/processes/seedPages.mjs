// Of the spike: users enumerated as by the product, each with a record of its own that names its carrier, and one
// BullMQ job for a page of them.
import { Queue } from 'bullmq';
import mongoose from 'mongoose';
import { answer, given, load, producing, seed } from './parts.mjs';

const PAGE = 1_000;
const CARRIED = 50;

await seed();
const { redis, source, openRun, userDataJob } = await producing();
const { entryOf } = await load('Services/BackgroundJobs/runs/enumerate.js');
const { newRecord } = await load('Services/BackgroundJobs/enqueuing/entries.js');
const db = mongoose.connection.getClient().db(mongoose.connection.name);
const users = await db
  .collection('users')
  .find({}, { projection: { _id: 1 } })
  .toArray();
const queue = new Queue('pages', { connection: redis, prefix: given.prefix });
const run = await openRun();
const open = source.open(run);
for (let at = 0; at < users.length; at += PAGE) {
  const now = new Date();
  const page = users.slice(at, at + PAGE);
  const carriers = Array.from({ length: Math.ceil(page.length / CARRIED) }, (_, number) => ({
    jobId: `${run._id}-${at / CARRIED + number}`,
    carried: page
      .slice(number * CARRIED, (number + 1) * CARRIED)
      .map(({ _id }) => ({ _id, entry: entryOf(run, source, _id.toHexString(), open) })),
  }));
  await db.collection('jobstatuses').insertMany(
    carriers.flatMap(({ jobId, carried }) =>
      carried.map(({ _id, entry }) => ({
        ...newRecord(userDataJob.kind, entry, now),
        ...{ userId: _id, carrier: jobId },
      })),
    ),
    { ordered: false },
  );
  await queue.addBulk(
    carriers.map(({ jobId, carried }) => ({
      name: 'page',
      data: { jobIds: carried.map(({ entry }) => entry.envelope.jobId) },
      opts: { jobId, attempts: 4 },
    })),
  );
}
answer({ seeded: users.length });
process.exit(0);
