import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { isMongoUnavailable } from '../../../server/models/mongoErrors.ts';
import { openRelay, type Relay } from '../relay.ts';

const MONGODB_URI = new URL(process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500');
const ROUNDS = 5;

let relay: Relay;
beforeAll(async () => {
  relay = await openRelay({ host: MONGODB_URI.hostname, port: Number(MONGODB_URI.port) });
  const name = `errors-${randomUUID().slice(0, 8)}`;
  await connectMongo({
    uri: `mongodb://127.0.0.1:${relay.port}/${name}?directConnection=true`,
    silenceTimeoutMs: 2_000,
  });
});
afterAll(async () => {
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
  await relay.close();
});

const collection = () => mongoose.connection.collection<{ _id: number }>('things');
const OPERATIONS: (() => Promise<unknown>)[] = [
  () => collection().findOne({ _id: 1 }),
  () =>
    collection()
      .aggregate([{ $match: { _id: 1 } }])
      .toArray(),
  () => collection().updateOne({ _id: 1 }, { $set: { seen: true } }, { upsert: true }),
  () =>
    collection().bulkWrite(
      [1, 2, 3].map((_id) => ({
        updateOne: { filter: { _id }, update: { $set: { seen: true } }, upsert: true },
      })),
      { ordered: false, writeConcern: { w: 'majority', journal: true } },
    ),
];

it('knows every error of an operation that loses MongoDB midway, or finds none', async () => {
  const errors: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const cut = new AbortController();
    const goOn = async (operation: () => Promise<unknown>) => {
      while (!cut.signal.aborted) await operation();
      await operation();
    };
    const ends = OPERATIONS.flatMap((operation) => [goOn(operation), goOn(operation)]);
    await collection().findOne({ _id: 1 });
    cut.abort();
    await relay.cut();
    const settled = await Promise.allSettled(ends);
    errors.push(...settled.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])));
    await relay.restore();
    await expect
      .poll(() =>
        collection()
          .findOne({ _id: 1 })
          .then(Boolean, () => false),
      )
      .toBe(true);
  }
  expect(errors.length).toBeGreaterThan(ROUNDS);
  expect(errors.filter((error) => !isMongoUnavailable(error))).toEqual([]);
  expect(errors.map((error) => (error as Error).name)).toContain('MongoBulkWriteError');
});

it('an operation that MongoDB never answers fails, and is no reason to blame the job', async () => {
  await collection().findOne({ _id: 1 });
  relay.freeze();
  const ends = await Promise.allSettled(OPERATIONS.map((operation) => operation()));
  await relay.restore();
  for (const end of ends) {
    expect(end.status === 'rejected' && isMongoUnavailable(end.reason)).toBe(true);
  }
});
