import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { PurchaseModel } from '../../../server/models/PurchaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';

const SERVER = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';

/**
 * Gives the suite a database of its own on the tests' server, or another, with the indexes of users, purchases
 * and summaries, and drops it at the end.
 * @returns its URI
 */
export function useOwnDatabase(server = SERVER): string {
  const name = `hourwork_${randomUUID().slice(0, 8)}`;
  const uri = `${server.replace(/\/$/, '')}/${name}`;
  beforeAll(async () => {
    await connectMongo({ uri });
    await UserModel.createIndexes();
    await PurchaseModel.createIndexes();
    await UserSummaryModel.createIndexes();
  });
  afterAll(async () => {
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
  });
  return uri;
}

let made = 0;

/** A user of their own for a test. @returns the id */
export async function makeUser(externalId = `made-${++made}`): Promise<string> {
  const user = await UserModel.create({
    externalId,
    email: `${externalId}@example.com`,
    timezone: 'UTC',
    active: true,
  });
  return user._id.toHexString();
}

/** Gives a user purchases at these instants, each of `cents`. */
export async function makePurchases(userId: string, at: string[], cents = 1000): Promise<void> {
  await PurchaseModel.create(
    at.map((instant, line) => ({
      userId,
      purchasedAt: new Date(instant),
      amountCents: cents,
      items: 1,
      source: `test-${userId}`,
      key: line + 1,
    })),
  );
}
