import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { envSchema } from '../../server/config/env.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { createOutbox } from '../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import {
  USER_DATA,
  userDataJob,
} from '../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { storedEnvelope } from '../../server/Services/BackgroundJobs/queues/envelope.ts';
import { entryOf } from '../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { openRequestedRun } from '../../server/Services/BackgroundJobs/runs/ledger.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { ownConnection, QUEUE } from './redisOfDeployment.ts';
import { underLoad } from './underLoad.ts';

const USERS = 30;
const JOB_MS = 200;
const NEXT_VERSION = userDataJob.version + 1;
const NEXT_NAME = 'user-data-of-the-next-release';
const { QUEUE_PREFIX: prefix } = envSchema.parse({});

const deployment = useDeployment({ users: 2_000, settings: QUICK });
const load = {
  expected: 'handed back, then done; nothing in the DLQ',
  bounds: { lost: 0, twice: 0, doubled: 0 },
  jobMs: JOB_MS,
};

/** The release whose workers start from now on: the product's own, or the next. */
async function release(version: number): Promise<void> {
  await deployment.behave({ paceMs: JOB_MS, version });
  await deployment.pm2.run('reload', 'worker');
}

/** A connection for BullMQ's own classes. */
function forBullMQ(): Redis {
  const redis = new Redis({ port: deployment.redis.port, maxRetriesPerRequest: null });
  onTestFinished(async () => redis.disconnect());
  return redis;
}

/** What a producer of the next release puts into the queue, on the way that all jobs take. */
async function enqueueAsNext(asOf: string, next: { name: string; version: number }) {
  const users = await UserModel.find({}, { _id: 1 }).sort({ _id: 1 }).limit(USERS).lean();
  const userIds = users.map(({ _id }) => _id.toHexString());
  const run = await openRequestedRun({
    ...{
      trigger: 'manual',
      mode: 'queue',
      batchSize: 50,
      kind: USER_DATA,
      input: userDataInputOf({ asOf }),
    },
    ...{ selection: userIds, requestId: null },
  });
  if (run === null) throw new Error('The run was not opened.');
  const entries = userIds.map((userId) => {
    const entry = entryOf(run, userDataSource, userId);
    return { ...entry, envelope: { ...entry.envelope, version: next.version } };
  });
  const queue = new Queue(USER_DATA, { connection: forBullMQ(), prefix });
  const outbox = createOutbox({
    queue: {
      name: USER_DATA,
      remove: (queueIds) => Promise.resolve(queueIds.map(() => true)),
      async add(batch) {
        const jobs = await queue.addBulk(
          batch.map(({ envelope, deduplicationId }) => ({
            name: next.name,
            data: storedEnvelope(envelope),
            opts: {
              jobId: envelope.jobId,
              deduplication: { id: deduplicationId ?? '' },
              attempts: 4,
            },
          })),
        );
        return jobs.map(({ id }) => String(id));
      },
    },
    duplicateRetentionDays: 1,
  });
  const { enqueued } = await outbox.enqueue(await outbox.record(entries), 50);
  expect(enqueued).toBe(USERS);
  return { runId: run._id, jobIds: entries.map(({ envelope }) => envelope.jobId) };
}

/** Waits until old workers have taken each of these at least twice, and given it back. */
async function whenHandedBackTwice(jobIds: readonly string[]): Promise<void> {
  const redis = ownConnection(deployment.redis);
  const starts = () =>
    Promise.all(jobIds.map(async (id) => Number(await redis.hget(`${QUEUE}:${id}`, 'ats'))));
  await waitUntil(async () => (await starts()).every((times) => times >= 2), {
    timeoutMs: 60_000,
    what: 'each to be handed back twice',
  });
}

async function expectDone(runId: string): Promise<void> {
  await waitUntil(async () => (await deployment.run(runId)).status === 'completed', {
    timeoutMs: 90_000,
    what: `the end of the run ${runId}`,
  });
  const jobs = await JobStatusModel.find({ runId }, { status: 1, attempts: 1 }).lean();
  expect(jobs).toHaveLength(USERS);
  for (const job of jobs) expect(job).toMatchObject({ status: 'completed', attempts: 1 });
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
}

it('20 new producers, old workers: a newer payload version', async (context) => {
  const { settle, probe } = await underLoad(context, deployment, load);
  const next = { name: USER_DATA, version: NEXT_VERSION };
  const { runId, jobIds } = await enqueueAsNext('2020-01-01', next);
  await whenHandedBackTwice(jobIds);
  expect(
    await JobStatusModel.countDocuments({ runId, status: { $in: ['failed', 'completed'] } }),
  ).toBe(0);
  await release(NEXT_VERSION);
  const row = await settle();
  await expectDone(runId);
  expect(await deployment.executions(runId)).toEqual({ total: USERS, users: USERS });
  row.seen = `${USERS} jobs handed back twice and more, done after the upgrade`;
  probe.expectServedOrUnavailable();
});

it('20 old producers, new workers', async (context) => {
  await release(userDataJob.version);
  const { settle, probe, stream } = await underLoad(context, deployment, load);
  await release(NEXT_VERSION);
  const before = stream.accepted.length;
  await waitUntil(async () => stream.accepted.length > before + 10, {
    timeoutMs: 30_000,
    what: 'runs enqueued for the new workers',
  });
  const row = await settle();
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  row.seen = `${stream.accepted.length} runs, ${before} of them accepted before the upgrade`;
  probe.expectServedOrUnavailable();
});

it('20 new producers, old workers: an unknown job', async (context) => {
  await release(userDataJob.version);
  const { settle, probe } = await underLoad(context, deployment, load);
  const next = { name: NEXT_NAME, version: userDataJob.version };
  const { runId, jobIds } = await enqueueAsNext('2020-01-02', next);
  await whenHandedBackTwice(jobIds);
  const row = await settle();
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  await deployment.pm2.run('stop', 'worker');
  const newer = new Worker(
    USER_DATA,
    async ({ name }) => {
      if (name !== NEXT_NAME) throw new Error(`Not of the next release: ${name}.`);
      return 'done by the next release';
    },
    { connection: forBullMQ(), prefix, concurrency: 10 },
  );
  onTestFinished(() => newer.close());
  await expectDone(runId);
  row.seen = `${USERS} jobs handed back twice and more, then done by a worker that knows them`;
  probe.expectServedOrUnavailable();
});
