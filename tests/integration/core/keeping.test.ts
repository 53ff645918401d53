import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { userDataInputOf } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import {
  type Alarms,
  createAlarms,
} from '../../../server/Services/BackgroundJobs/reconciling/alarms.ts';
import { startKeeper } from '../../../server/Services/BackgroundJobs/reconciling/keeper.ts';
import { markCancelled } from '../../../server/Services/BackgroundJobs/runs/cancel.ts';
import { openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('the keeper of the ledgers', () => {
  const installation = useInstallation();
  const { producer, redis, env, balancedRun } = installation;

  function start({
    graceMs = 0,
    alarms = createAlarms(redis, env.QUEUE_PREFIX),
  }: {
    graceMs?: number;
    alarms?: Alarms;
  } = {}) {
    return startKeeper({
      reconciliation: {
        lanes: installation.lanes,
        graceMs,
        retentionDays: () => 7,
        batchSize: 50,
        log: SILENT,
        alarms,
      },
      reconcileIntervalMs: 200,
      horizonMs: 600,
      timetable: { expression: '0 * * * *', timezone: 'UTC' },
      retentionDays: () => 7,
      resume: producer.resumeAbandoned,
      resumeStopped: producer.resumeStopped,
      log: SILENT,
    });
  }

  it('puts in again what a wiped Redis lost, clears cancelled runs and resumes dead producers', async () => {
    const userIds = await installation.makeUsers(6);
    const lost = await producer.enqueueUsers(userIds.slice(0, 3), { asOf: '2020-01-01' });
    await installation.wipeRedis();
    const cancelled = await producer.enqueueUsers(userIds.slice(3));
    await markCancelled(cancelled.runId);
    const slot = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
    const opening = { schedule: 'kept', slot, mode: 'queue', batchSize: 50 } as const;
    const abandoned =
      (
        await openSlotRun({
          kind: USER_DATA,
          input: userDataInputOf({}),
          ...opening,
          trigger: 'schedule',
        })
      )?._id ?? '';

    const keepers = [start(), start()];
    await vi.waitFor(
      async () => {
        expect(await balancedRun(lost.runId)).toMatchObject({ queued: 3 });
        expect(await JobStatusModel.countDocuments({ runId: lost.runId, generation: 2 })).toBe(3);
        const run = await balancedRun(cancelled.runId);
        expect(run).toMatchObject({ status: 'cancelled', cancelled: 3 });
        expect(run.finishedAt).not.toBeNull();
        expect(await balancedRun(abandoned)).toMatchObject({ enumerated: 6, status: 'running' });
      },
      { timeout: 20_000, interval: 100 },
    );
    // One of two keepers works: the generation was raised once.
    expect(await JobStatusModel.countDocuments({ runId: lost.runId, generation: 3 })).toBe(0);
    await Promise.all(keepers.map((keeper) => keeper.stop()));
  });

  it('takes an alarm off after a pass for which no record was too young, not before', async () => {
    const since = new Date();
    let takenOffAt = 0;
    const alarms: Alarms = {
      ring: async () => (takenOffAt === 0 ? since : null),
      redisCameBack: async () => false,
      reset: async () => {
        takenOffAt = Date.now();
      },
    };
    const keeper = start({ graceMs: 1_000, alarms });
    await vi.waitFor(() => expect(takenOffAt).toBeGreaterThan(0), { timeout: 10_000 });
    expect(takenOffAt - since.getTime()).toBeGreaterThanOrEqual(1_000);
    await keeper.stop();
  });

  it('gives the records of a run that was opened again their time to live', async () => {
    const userIds = await installation.makeUsers(2);
    const [broken = ''] = userIds;
    let failing = true;
    const worker = await installation.startWorker(async ({ userId }) => {
      if (failing && userId === broken) throw Object.assign(new Error('no'), { code: 'NO' });
    });
    const { runId } = await producer.enqueueUsers(userIds);
    await installation.runIn('completed', runId);
    failing = false;
    await installation.administration.retryJob(userDataJobId(runId, broken));
    expect(await JobStatusModel.countDocuments({ runId, expiresAt: { $exists: true } })).toBe(0);
    const keeper = start();
    // Their time is given before the run is sealed.
    await vi.waitFor(
      async () =>
        expect(await balancedRun(runId)).toMatchObject({ status: 'completed', completed: 2 }),
      { timeout: 20_000, interval: 100 },
    );
    expect(await JobStatusModel.countDocuments({ runId, expiresAt: { $exists: true } })).toBe(2);
    await keeper.stop();
    await worker.stop();
  });

  it.each([
    ['begun by its slot', { slot: new Date(Date.now() - 86_400_000), schedule: 'long' }],
    ['asked for by hand', { slot: null, schedule: null }],
  ])('keeps the records of a long run %s, and warns of its pace in the run', async (_, origin) => {
    const [userId = ''] = await installation.makeUsers(1);
    const { runId } = await producer.enqueueUser(userId);
    const startedAt = new Date(Date.now() - 86_400_000);
    const warnings = ['Of something else.'];
    await RunModel.updateOne({ _id: runId }, { $set: { startedAt, warnings, ...origin } });
    await JobStatusModel.updateOne(
      { _id: userDataJobId(runId, userId) },
      { $set: { expiresAt: new Date(Date.now() + 60_000) } },
    );
    const keeper = start();
    await vi.waitFor(async () => {
      const [, warning] = (await balancedRun(runId)).warnings;
      expect(warning).toContain('will not end before the next slot');
      const { expiresAt } = await installation.job(userDataJobId(runId, userId));
      expect(expiresAt?.getTime()).toBeGreaterThan(Date.now() + 3_600_000);
    }, 20_000);
    await keeper.stop();
  });

  it('is alarmed once by a worker that fell silent, and by a Redis without its mark', async () => {
    const alarms = createAlarms(redis, env.QUEUE_PREFIX);
    await alarms.ring();
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();
    const gone = { host: 'h', pid: 1, instance: null, version: '1', queues: [], runningJobs: 0 };
    await WorkerModel.create({
      ...gone,
      _id: 'h:1:1',
      memoryBytes: 1,
      startedAt: new Date(0),
      lastSeenAt: new Date(Date.now() - 60_000),
      expiresAt: new Date(Date.now() + 60_000),
    });
    expect(await alarms.ring()).toBeInstanceOf(Date);
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();
    await installation.wipeRedis();
    expect(await alarms.ring()).toBeInstanceOf(Date);
  });
});
