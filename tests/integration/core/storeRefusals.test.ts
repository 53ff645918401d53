import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isMongoUp } from '../../../server/config/mongoConn.ts';
import { isMongoUnavailable } from '../../../server/models/mongoErrors.ts';
import { takesSigns } from '../../../server/Services/BackgroundJobs/consuming/workerSigns.ts';
import { type AnsweringMongo, openAnsweringMongo } from '../answeringMongo.ts';

/** PostgreSQL's words, and FerretDB's own, as they were heard while PostgreSQL went and came. */
const FERRETDB_CANNOT = [
  'the database system is starting up',
  'the database system is shutting down',
  'the database system is in recovery mode',
  'the database system is not yet accepting connections',
  'terminating connection due to administrator command',
  'terminating connection due to unexpected postmaster exit',
  'terminating connection because of crash of another server process',
  'msg_find.go:43 (handler.(*Handler).msgFind): pool.go:90 (documentdb.(*Pool).Acquire): failed to connect to `user=postgres database=postgres`: 127.0.0.1:5432 (127.0.0.1): dial error: dial tcp 127.0.0.1:5432: connect: connection refused',
  'unexpected EOF',
  'conn closed',
  'sorry, too many clients already',
  'could not extend file "base/5/16435": No space left on device',
].map((errmsg) => ({ code: 1, codeName: 'InternalError', errmsg }));

const CANNOT = [
  ...FERRETDB_CANNOT,
  { code: 43, codeName: 'CursorNotFound', errmsg: 'cursor id 17 not found' },
  { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting for replication timed out' },
  { code: 91, codeName: 'ShutdownInProgress', errmsg: 'The server is in quiesce mode' },
  { code: 94, codeName: 'NotYetInitialized', errmsg: 'no replset config has been received' },
  { code: 133, codeName: 'FailedToSatisfyReadPreference', errmsg: 'no primary' },
  { code: 189, codeName: 'PrimarySteppedDown', errmsg: 'Primary stepped down' },
  { code: 371, codeName: 'UserWritesBlocked', errmsg: 'User writes blocked' },
  { code: 462, codeName: 'IngressRequestRateLimitExceeded', errmsg: 'too many requests' },
  { code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
  { code: 11_600, codeName: 'InterruptedAtShutdown', errmsg: 'interrupted at shutdown' },
  { code: 11_601, codeName: 'Interrupted', errmsg: 'operation was interrupted' },
  { code: 11_602, codeName: 'InterruptedDueToReplStateChange', errmsg: 'state change' },
  { code: 13_435, codeName: 'NotPrimaryNoSecondaryOk', errmsg: 'not primary' },
  { code: 13_436, codeName: 'NotPrimaryOrSecondary', errmsg: 'node is in recovery' },
  { code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'available disk space is below 500 MB' },
];

const REFUSED = [
  { code: 1, codeName: 'InternalError', errmsg: 'operator does not exist: bson + integer' },
  { code: 2, codeName: 'BadValue', errmsg: 'unknown operator: $foo' },
  { code: 13, codeName: 'Unauthorized', errmsg: 'not authorized on any' },
  { code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed' },
  { code: 50, codeName: 'MaxTimeMSExpired', errmsg: 'operation exceeded time limit' },
  { code: 112, codeName: 'WriteConflict', errmsg: 'Write conflict' },
  { code: 121, codeName: 'DocumentValidationFailure', errmsg: 'failed validation' },
  { code: 10_334, codeName: 'BSONObjectTooLarge', errmsg: 'object too large' },
  { code: 11_000, codeName: 'DuplicateKey', errmsg: 'E11000 duplicate key error' },
];

/** PostgreSQL's codes as FerretDB answers them of single writes: the first was heard on a full disk. */
const DISK_FULL = { code: 4_293, errmsg: 'could not extend file: No space left on device' };
const DEADLOCK = { code: 16_908_292, errmsg: 'deadlock detected' };

let server: AnsweringMongo;
let connection: mongoose.Connection;
beforeAll(async () => {
  server = await openAnsweringMongo();
  connection = await mongoose.createConnection(server.uri).asPromise();
});
afterAll(async () => {
  await connection.close();
  await server.close();
});

/** What the driver makes of the server's answer. */
async function errorOf(operation: Promise<unknown>): Promise<unknown> {
  return operation.then(
    () => Promise.reject(new Error('It succeeded.')),
    (error: unknown) => error,
  );
}
const find = () => connection.collection('things').findOne({});
const write = () =>
  connection.collection('things').bulkWrite(
    [1, 2].map((n) => ({ updateOne: { filter: { n }, update: { $set: { n } } } })),
    { ordered: false },
  );

const toldOf = ({ code, errmsg }: { code: number; errmsg: string }) => `${code} ${errmsg}`;
const named = (refusals: typeof CANNOT) =>
  refusals.map((refusal) => [toldOf(refusal).slice(0, 70), refusal] as const);

describe('a store that answers that it cannot is away', () => {
  it.each(named(CANNOT))('by the answer to a command: %s', async (_told, refusal) => {
    server.answer = () => ({ ok: 0, ...refusal });
    expect(isMongoUnavailable(await errorOf(find()))).toBe(true);
    expect(isMongoUnavailable(await errorOf(write()))).toBe(true);
  });

  it.each([...named(CANNOT), [toldOf(DISK_FULL), DISK_FULL] as const])(
    'by that to one write of many: %s',
    async (_told, refusal) => {
      const duplicate = { index: 0, code: 11_000, errmsg: 'E11000 duplicate key error' };
      server.answer = () => ({ ok: 1, n: 0, writeErrors: [duplicate, { index: 1, ...refusal }] });
      expect(isMongoUnavailable(await errorOf(write()))).toBe(true);
    },
  );

  it.each(named(CANNOT))('by that to the wish for durability: %s', async (_told, refusal) => {
    server.answer = () => ({ ok: 1, n: 2, nModified: 2, writeConcernError: refusal });
    expect(isMongoUnavailable(await errorOf(write()))).toBe(true);
  });
});

describe('a store that refuses what was asked is not', () => {
  it.each(named(REFUSED))('%s', async (_told, refusal) => {
    server.answer = () => ({ ok: 0, ...refusal });
    expect(isMongoUnavailable(await errorOf(find()))).toBe(false);
    expect(isMongoUnavailable(await errorOf(write()))).toBe(false);
  });

  it.each([...named(REFUSED), [toldOf(DEADLOCK), DEADLOCK] as const])(
    'nor by one write of many: %s',
    async (_told, refusal) => {
      server.answer = () => ({ ok: 1, n: 1, writeErrors: [{ index: 1, ...refusal }] });
      expect(isMongoUnavailable(await errorOf(write()))).toBe(false);
    },
  );
});

it('a store that answers pings and takes no writes takes no signs of life', async () => {
  await mongoose.connect(server.uri);
  server.answer = () => ({ ok: 1, n: 0 });
  expect(await takesSigns('host:1:1')).toBe(true);
  server.answer = ({ ping }) =>
    ping ? { ok: 1 } : { ok: 0, code: 10_107, errmsg: 'operating in a read-only mode' };
  expect(await isMongoUp()).toBe(true);
  expect(await takesSigns('host:1:1')).toBe(false);
  await mongoose.disconnect();
});
