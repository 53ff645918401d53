import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { readMany } from '../../../server/models/readDeadline.ts';
import { openRelay, type Relay } from '../relay.ts';

const MONGODB_URI = new URL(process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500');

let relay: Relay;
beforeAll(async () => {
  relay = await openRelay({ host: MONGODB_URI.hostname, port: Number(MONGODB_URI.port) });
  await connectMongo({ uri: `mongodb://127.0.0.1:${relay.port}/any?directConnection=true` });
});
afterAll(async () => {
  await disconnectMongo();
  await relay.close();
});

/** A query that takes longer than anyone waits for. */
const endlessQuery = () =>
  readMany(async ({ signal }) => {
    await once(signal, 'abort');
    throw signal.reason;
  });

it('a slow query of one request is no outage of MongoDB, where others are answered', async () => {
  await expect(endlessQuery()).rejects.toMatchObject({ code: 'MONGODB_SLOW' });
});

it('where nobody is answered it is one', async () => {
  relay.freeze();
  await expect(endlessQuery()).rejects.toMatchObject({ code: 'MONGODB_UNAVAILABLE' });
});
