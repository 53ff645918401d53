import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createAdministration } from '../../../server/Services/BackgroundJobs/admin/createAdministration.ts';
import { createEnqueuer } from '../../../server/Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { lanesOf } from '../../../server/Services/BackgroundJobs/enqueuing/lanes.ts';
import { createOutbox } from '../../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import { openQueue } from '../../../server/Services/BackgroundJobs/queue.ts';
import { defineJob } from '../../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import { optionsOfKinds } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { reconcile } from '../../../server/Services/BackgroundJobs/reconciling/reconciler.ts';
import { enumerateRun } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { openRequestedRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { runJobId } from '../../../server/Services/BackgroundJobs/runs/runId.ts';
import { defineSource } from '../../../server/Services/BackgroundJobs/runs/source.ts';
import { SILENT, useInstallation } from './installation.ts';

const KIND = 'sync-service';
const syncJob = defineJob<{ service: string; day: string }, unknown>({
  kind: KIND,
  version: 1,
  payload: z.object({ service: z.string(), day: z.string() }),
  result: z.unknown(),
  options: () => ({ attempts: 2, retryDelayMs: 10, deadlineMs: 2_000 }),
});

describe('a run of something else than users', () => {
  const installation = useInstallation();
  const { env, redis, lane } = installation;
  /** In byte order, as a source must give them. */
  const services = Array.from({ length: 2_300 }, (_, n) => `svc_${String(n).padStart(5, '0')}`);
  const source = defineSource({
    job: syncJob,
    input: z.object({ day: z.string() }),
    next: async (after, limit, { selection }) =>
      (selection ?? services).filter((id) => after === null || id > after).slice(0, limit),
    request: (service, { day }) => ({ payload: { service, day } }),
  });
  const queue = openQueue(KIND, optionsOfKinds([syncJob], env), redis, {
    prefix: env.QUEUE_PREFIX,
    keepFinishedMs: env.REDIS_KEEP_FINISHED_MS,
  });
  const outbox = createOutbox({ queue, duplicateRetentionDays: 1 });
  const lanes = lanesOf([lane, { ...lane, queue, outbox }]);
  const common = {
    ...{ lanes, batchSize: 50, retentionDays: () => 7, log: SILENT },
    findSource: (kind: string) => (kind === KIND ? source : undefined),
  };
  const producer = createProducer({ ...common, leaseMs: 30_000 });
  const administration = createAdministration({ ...common, producer });

  async function open(selection: string[] | null = null): Promise<string> {
    const run = await openRequestedRun({
      ...{ kind: KIND, input: { day: '2026-11-22' }, trigger: 'manual', mode: 'queue' },
      ...{ batchSize: 50, selection, requestId: null },
    });
    return run?._id ?? '';
  }
  const enumeration = {
    ...{ source, outbox, leaseMs: 30_000, log: SILENT },
    signal: new AbortController().signal,
  };

  it('goes on from its checkpoint when its producer dies, each item once, and balances', async () => {
    const runId = await open();
    let pages = 0;
    const dying = {
      ...outbox,
      async record(entries: Parameters<typeof outbox.record>[0]) {
        pages += 1;
        const recorded = await outbox.record(entries);
        // After a page is recorded, and before it is handed over.
        if (pages === 2) throw new Error('killed');
        return recorded;
      },
    };
    await expect(enumerateRun(runId, { ...enumeration, outbox: dying })).rejects.toThrow('killed');
    expect(await administration.getRun(runId)).toMatchObject({
      ...{ kind: KIND, asOf: null, status: 'enumerating', enumerated: 1_000, balanced: true },
    });
    expect(await enumerateRun(runId, enumeration)).toMatchObject({ ended: 'finished' });
    expect(await administration.getRun(runId)).toMatchObject({
      ...{ enumerated: 2_300, queued: 2_300, balanced: true },
    });
    const ids = services.map((service) => runJobId(KIND, runId, service));
    expect(new Set(await queue.places(ids))).toEqual(new Set(['waiting']));
    expect(await installation.job(ids[7] ?? '')).toMatchObject({
      ...{ userId: null, payload: { service: 'svc_00007', day: '2026-11-22' } },
    });

    await administration.cancelRun(runId);
    await vi.waitFor(
      async () => {
        await installation.seal();
        const run = await administration.getRun(runId);
        expect(run).toMatchObject({ status: 'cancelled', cancelled: 2_300, balanced: true });
        expect(run.finishedAt).not.toBeNull();
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('is put in again where Redis lost it, beside the runs of users', async () => {
    const users = await installation.newRun(3);
    const runId = await open(services.slice(0, 4));
    await enumerateRun(runId, enumeration);
    await installation.wipeRedis();
    expect(await reconcile({ ...common, graceMs: 0 })).toMatchObject({ readded: 7, adopted: 0 });
    expect(await administration.getRun(runId)).toMatchObject({ queued: 4, balanced: true });
    expect(await administration.getRun(users.runId)).toMatchObject({ queued: 3, balanced: true });
  });

  it('gives an item whose key an earlier job holds to that job, also after a kill, and balances', async () => {
    const day = '2026-11-23';
    const items = services.slice(0, 4);
    const keyed = defineSource({
      job: syncJob,
      input: z.object({ day: z.string() }),
      next: async (after) => items.filter((id) => after === null || id > after),
      // The last two are one piece of work.
      request: (service) => ({
        payload: { service, day },
        key: `${service === items[3] ? items[2] : service} ${day}`,
      }),
    });
    const ofKeyed = { ...enumeration, source: keyed };
    const enqueuer = createEnqueuer({ ...common, horizonMs: 60_000 });
    const payload = { service: 'asked for by hand', day };
    const earlier = await enqueuer.enqueue(syncJob, payload, { key: `${items[0]} ${day}` });

    const runId = await open();
    const ids = items.map((service) => runJobId(KIND, runId, service));
    const dying = { ...outbox, recordKnown: () => Promise.reject(new Error('killed')) };
    await expect(enumerateRun(runId, { ...ofKeyed, outbox: dying })).rejects.toThrow('killed');
    expect(await administration.getRun(runId)).toMatchObject({ enumerated: 0, balanced: true });
    expect(await enumerateRun(runId, ofKeyed)).toMatchObject({
      ...{ ended: 'finished', enqueued: 2, duplicates: 2 },
    });
    expect(await administration.getRun(runId)).toMatchObject({
      ...{ enumerated: 4, queued: 2, duplicates: 2, balanced: true },
    });
    expect(await queue.places(ids)).toEqual(['unknown', 'waiting', 'waiting', 'unknown']);
    const [first = '', , third = '', fourth = ''] = ids;
    const duplicate = { status: 'duplicate', expiresAt: expect.any(Date) };
    expect(await installation.job(first)).toMatchObject({
      ...{ ...duplicate, duplicateOf: earlier.jobId },
    });
    expect(await installation.job(fourth)).toMatchObject({ ...duplicate, duplicateOf: third });
    expect((await administration.why(first)).why).toContain(
      `the earlier job ${earlier.jobId} has the same key`,
    );

    const again = await open();
    expect(await enumerateRun(again, ofKeyed)).toMatchObject({ enqueued: 0, duplicates: 4 });
    await installation.seal();
    expect(await administration.getRun(again)).toMatchObject({
      ...{ enumerated: 4, duplicates: 4, balanced: true, status: 'completed' },
    });

    await administration.cancelRun(runId);
    await vi.waitFor(async () => {
      expect(await administration.getRun(runId)).toMatchObject({ cancelled: 2 });
    }, 20_000);
    const afterIt = await open();
    expect(await enumerateRun(afterIt, ofKeyed)).toMatchObject({ enqueued: 2, duplicates: 2 });
    await administration.cancelRun(afterIt);
  });

  it('is left alone by a process that does not know its source', async () => {
    const runId = await open(services.slice(0, 2));
    const older = createProducer({ ...common, leaseMs: 30_000, findSource: () => undefined });
    older.drive(runId);
    await older.stop();
    expect(await administration.getRun(runId)).toMatchObject({
      status: 'enumerating',
      enumerated: 0,
    });
    await queue.close();
    await producer.stop();
  });
});
