import mongoose from 'mongoose';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { retryLostRaces } from '../../../server/models/lostRaces.ts';
import { insertJobRecords } from '../../../server/models/system/insertJobRecords.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { setDefaultLimits } from '../../../server/Services/BackgroundJobs/steering/queueSteering.ts';
import { type AnsweringMongo, openAnsweringMongo } from '../answeringMongo.ts';

const DEADLOCK = { code: 16_908_292, errmsg: 'deadlock detected' };
const WRITE_CONFLICT = { code: 112, errmsg: 'Write conflict' };
const DUPLICATE = {
  code: 11_000,
  errmsg: 'E11000 duplicate key error collection: hourwork.jobs index: jobs_key',
};

let server: AnsweringMongo;
/** How many documents of each insert were sent. */
let inserts: number[];
beforeAll(async () => {
  server = await openAnsweringMongo();
  await mongoose.connect(server.uri);
});
beforeEach(() => {
  inserts = [];
});
afterAll(async () => {
  await mongoose.disconnect();
  await server.close();
});

/** Answers the inserts in turn, the rest with success. */
function answerInserts(...answers: { index: number; code: number; errmsg: string }[][]): void {
  server.answer = (command) => {
    if ('findAndModify' in command) return { ok: 1, value: { _id: 'runs', value: 1 } };
    if (!('insert' in command)) return { ok: 1 };
    // Documents travel in a section of their own, so that only the answers tell the inserts apart.
    const writeErrors = answers[inserts.length] ?? [];
    inserts.push(writeErrors.length);
    return { ok: 1, n: 3, ...(writeErrors.length === 0 ? {} : { writeErrors }) };
  };
}

const openRun = () =>
  openRequestedRun({
    ...{ kind: 'user-data', input: {}, trigger: 'manual', mode: 'queue', batchSize: 50 },
    ...{ selection: null, requestId: null },
  });

const records = () =>
  ['a', 'b', 'c'].map((jobId) => ({
    ...new JobStatusModel({ jobId, userId: null }).toObject(),
    userId: null,
  }));

it.each([DEADLOCK, WRITE_CONFLICT])(
  'opens a run whose insert lost a race: $errmsg',
  async (lost) => {
    answerInserts([{ index: 0, ...lost }], [{ index: 0, ...lost }]);
    expect(await openRun()).toMatchObject({ kind: 'user-data', status: 'enumerating' });
    expect(inserts).toEqual([1, 1, 0]);
  },
);

it('a run of the same key, met by the second try, is not made twice', async () => {
  answerInserts([{ index: 0, ...DEADLOCK }], [{ index: 0, ...DUPLICATE }]);
  expect(await openRun()).toBeNull();
});

it('inserts again only the records that lost a race, and names the index of those in the way', async () => {
  answerInserts(
    [
      { index: 0, ...DEADLOCK },
      { index: 2, ...DEADLOCK },
    ],
    [{ index: 1, ...DUPLICATE }],
  );
  expect(await insertJobRecords(records())).toEqual(new Map([[2, 'jobs_key']]));
  expect(inserts).toEqual([2, 1]);
});

it('gives up on a write that always loses', async () => {
  answerInserts(...Array.from({ length: 8 }, () => [{ index: 0, ...DEADLOCK }]));
  await expect(insertJobRecords(records())).rejects.toThrow('deadlock detected');
});

it('tries a command again that FerretDB answers with the words alone', async () => {
  let asked = 0;
  server.answer = (command) => {
    if (!('findAndModify' in command)) return { ok: 1 };
    asked += 1;
    return asked === 1
      ? { ok: 0, code: 1, codeName: 'InternalError', errmsg: 'deadlock detected' }
      : { ok: 1, value: { _id: 'x' } };
  };
  const found = await retryLostRaces(() =>
    mongoose.connection.collection('things').findOneAndUpdate({}, { $set: { n: 1 } }),
  );
  expect(found).toEqual({ _id: 'x' });
});

it('gives a queue its default limits though another process does so at the same time', async () => {
  let asked = 0;
  server.answer = (command) => {
    if (!('update' in command)) return { ok: 1 };
    asked += 1;
    return { ok: 1, n: 0, ...(asked === 1 && { writeErrors: [{ index: 0, ...DEADLOCK }] }) };
  };
  await setDefaultLimits([{ name: 'reports', maxConcurrency: 1 }]);
  expect(asked).toBe(2);
});
