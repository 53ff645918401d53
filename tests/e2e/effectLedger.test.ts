import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { connectMongo, disconnectMongo } from '../../server/config/mongoConn.ts';
import { UserSummaryModel } from '../../server/models/UserSummaryModel.ts';
import { appliedTwice } from '../faults/ledgers.ts';
import { TRACE } from './trace.mjs';

beforeAll(() =>
  connectMongo({ uri: `${process.env.TEST_MONGODB_URI}/ledger-${randomUUID().slice(0, 8)}` }),
);
afterEach(() => UserSummaryModel.deleteMany({}));
afterAll(async () => {
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
});

/** Writes as a writer without a fence would, with the trace of tests/e2e/effects.mjs. */
async function write(userId: mongoose.Types.ObjectId, runSeq: number): Promise<void> {
  const start = new mongoose.Types.ObjectId().toHexString();
  await mongoose.connection
    .collection(UserSummaryModel.collection.name)
    .updateOne(
      { userId },
      { $set: { runSeq, [TRACE + start]: { runId: `run-${runSeq}`, runSeq } } },
      { upsert: true },
    );
}

it.each([
  ['each run once, in order', [1, 2, 3], 0],
  ['a run twice', [1, 1, 2], 1],
  ['a run again after a newer one', [1, 2, 1, 3], 1],
  ['an older run over a newer, and a newer after it', [2, 1, 3], 1],
  ['an older run over a newer, and nothing after it', [1, 3, 2], 1],
])('the ledger of effects counts %s', async (_what, runs, expected) => {
  const userId = new mongoose.Types.ObjectId();
  for (const runSeq of runs) await write(userId, runSeq);
  expect(await appliedTwice()).toBe(expected);
});
