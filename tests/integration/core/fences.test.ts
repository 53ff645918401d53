import fc from 'fast-check';
import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { fromBson } from '../../../server/models/bson.ts';
import { setEach } from '../../../server/models/setEach.ts';
import { type JobStatusDoc, JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { jobRecords } from '../../../server/models/system/jobRecords.ts';
import { createRecorder } from '../../../server/Services/BackgroundJobs/recording/recorder.ts';
import { isFinal, mayBecome } from '../../../server/Services/BackgroundJobs/recording/states.ts';
import {
  claimStart,
  type JobRecord,
  writeRecords,
} from '../../../server/Services/BackgroundJobs/recording/writeRecords.ts';
import { SILENT, useInstallation } from './installation.ts';

const GENERATION = 2;

const anyRecord = fc.record({
  generation: fc.constantFrom(GENERATION - 1, GENERATION, GENERATION, GENERATION + 1),
  start: fc.integer({ min: 1, max: 3 }),
  status: fc.constantFrom<JobRecord['status'][]>(
    'queued',
    'active',
    'delayed',
    'completed',
    'failed',
  ),
});

describe('the fences of a record', () => {
  const installation = useInstallation();

  it('are passed by records that have each of their names once, as before', async () => {
    const jobId = await makeJob();
    await writeRecords([recordOf(jobId, { status: 'completed' })], () => 7);
    const [record] = await jobRecords().find({ _id: jobId }, { raw: true }).toArray();
    expect(fromBson(record as unknown as Buffer).get('_id')).toBe(jobId);
  });

  it('lead through no index: a batch is found by its ids', async () => {
    const keys = [await makeJob(), ...Array.from({ length: 99 }, (_, number) => `job-${number}`)];
    const { updateMany } = setEach(
      keys.map((key) => ({ key, fields: {} })),
      { by: '_id', unless: [{ status: { $nin: ['queued'] } }, { runAt: { $gt: new Date() } }] },
    );
    const plan = await JobStatusModel.collection.find(updateMany.filter).explain();
    const indexes = JSON.stringify(plan).match(/"indexName":"[^"]+"/g);
    expect(new Set(indexes)).toEqual(new Set(['"indexName":"_id_"']));
  });

  async function makeJob(): Promise<string> {
    const userId = new mongoose.Types.ObjectId();
    const now = new Date();
    const { _id } = await JobStatusModel.create({
      _id: `user-data-m-fences-${userId.toHexString()}`,
      kind: 'user-data',
      runId: 'm-fences',
      runSeq: 1,
      queue: 'user-data',
      userId,
      status: 'queued',
      generation: GENERATION,
      payloadVersion: 1,
      attempts: 0,
      starts: 0,
      payload: {},
      deduplicationId: userId.toHexString(),
      queuedAt: now,
      updatedAt: now,
    });
    return _id;
  }

  function recordOf(jobId: string, fields: Partial<JobRecord>): JobRecord {
    return {
      jobId,
      generation: GENERATION,
      ...{ queue: 'user-data', kind: 'user-data', waitedMs: null },
      holdsUnique: null,
      start: 1,
      status: 'completed',
      attempts: 1,
      startedAt: new Date(),
      finishedAt: new Date(),
      worker: 'test',
      error: null,
      history: [],
      result: null,
      ...fields,
    };
  }

  function expectLawful(before: JobStatusDoc, record: JobRecord, after: JobStatusDoc): void {
    const told = `${before.status}/${before.starts} + ${JSON.stringify(record)}`;
    expect(after.generation, told).toBe(GENERATION);
    if (isFinal(before.status)) expect(after, told).toEqual(before);
    if (record.generation !== GENERATION) expect(after, told).toEqual(before);
    if (record.start < before.starts) expect(after, told).toEqual(before);
    expect(after.starts, told).toBeGreaterThanOrEqual(before.starts);
    if (after.status !== before.status) {
      expect(mayBecome(before.status, after.status), told).toBe(true);
      expect(after.status, told).toBe(record.status);
    }
  }

  it('hold whatever is written in whatever order, twice or late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 8 }), async (sequence) => {
        const jobId = await makeJob();
        let before = await installation.job(jobId);
        for (const fields of sequence) {
          const record = recordOf(jobId, fields);
          await writeRecords([record], () => 7);
          const after = await installation.job(jobId);
          expectLawful(before, record, after);
          before = after;
        }
      }),
      { numRuns: 30 },
    );
  });

  it('leave the outcome of the newest start, however the recorder was given the records', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([1, 2, 3], { minLength: 2 }),
        fc.constantFrom('delayed' as const, 'queued' as const, 'active' as const),
        async (starts, earlier) => {
          const jobId = await makeJob();
          const recorder = createRecorder({ log: SILENT, retentionDays: () => 7 });
          const newest = Math.max(...starts);
          for (const start of starts) {
            recorder.record(
              recordOf(jobId, { start, status: start === newest ? 'completed' : earlier }),
            );
          }
          await recorder.flush(10_000);
          expect(await installation.job(jobId)).toMatchObject({
            status: 'completed',
            starts: newest,
          });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('refuse a claim to an older start, an older generation and a final job', async () => {
    const jobId = await makeJob();
    const claim = (fields: Partial<JobRecord>) =>
      claimStart(recordOf(jobId, { status: 'active', finishedAt: null, ...fields }));
    expect(await claim({ start: 2 })).toBe(true);
    expect(await claim({ start: 1 })).toBe(false);
    expect(await claim({ start: 3, generation: GENERATION - 1 })).toBe(false);
    expect(await claim({ start: 3 })).toBe(true);
    await writeRecords([recordOf(jobId, { start: 3, status: 'failed' })], () => 7);
    expect(await claim({ start: 4 })).toBe(false);
  });

  it('let a claim of a newer generation move the record on, whatever the older one’s starts', async () => {
    const jobId = await makeJob();
    const claim = (fields: Partial<JobRecord>) =>
      claimStart(recordOf(jobId, { status: 'active', finishedAt: null, ...fields }));
    expect(await claim({ start: 3 })).toBe(true);
    expect(await claim({ start: 1, generation: GENERATION + 1 })).toBe(true);
    expect(await installation.job(jobId)).toMatchObject({ generation: GENERATION + 1, starts: 1 });
    expect(await claim({ start: 4 })).toBe(false);
  });

  it('keep a final state when the job is said to be handed back', async () => {
    const jobId = await makeJob();
    await writeRecords([recordOf(jobId, { status: 'failed' })], () => 7);
    await writeRecords([recordOf(jobId, { status: 'queued', start: 2 })], () => 7);
    expect((await installation.job(jobId)).status).toBe('failed');
  });
});

describe('a recorder', () => {
  const installation = useInstallation();

  it('loses only the result that MongoDB refuses, and none of the records beside it', async () => {
    const users = await installation.makeUsers(5);
    const { runId } = await installation.producer.enqueueUsers(users);
    const jobIds = users.map((userId) => `user-data-${runId}-${userId}`);
    const recorder = createRecorder({ log: SILENT, retentionDays: () => 7 });
    for (const [position, jobId] of jobIds.entries()) {
      recorder.record({
        jobId,
        generation: 1,
        ...{ queue: 'user-data', kind: 'user-data', waitedMs: null },
        holdsUnique: null,
        start: 1,
        status: 'completed',
        attempts: 1,
        startedAt: new Date(),
        finishedAt: new Date(),
        worker: 'test',
        error: null,
        history: [],
        result: { text: 'x'.repeat(position === 2 ? 17 * 2 ** 20 : 10) },
      });
    }
    await recorder.flush(30_000);
    const records = await Promise.all(jobIds.map((jobId) => installation.job(jobId)));
    expect(records.map(({ status }) => status)).toEqual(Array(5).fill('completed'));
    expect(records[2]?.result).toHaveProperty('notKept');
    expect(records[3]?.result).toEqual({ text: 'x'.repeat(10) });
  });

  it('makes whoever would take more work wait for room, and lets go when told to stop', async () => {
    const recorder = createRecorder({ log: SILENT, retentionDays: () => 7, capacity: 1 });
    recorder.record({
      jobId: 'nobody',
      generation: 1,
      ...{ queue: 'user-data', kind: 'user-data', waitedMs: null },
      holdsUnique: null,
      start: 1,
      status: 'completed',
      attempts: 1,
      startedAt: null,
      finishedAt: null,
      worker: null,
      error: null,
      history: [],
      result: null,
    });
    await expect(recorder.whenRoom(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    await recorder.whenRoom(new AbortController().signal);
  });
});
