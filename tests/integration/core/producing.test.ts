import mongoose from 'mongoose';
import { describe, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import type { Outbox } from '../../../server/Services/BackgroundJobs/enqueuing/outbox.ts';
import {
  USER_DATA,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import {
  userDataInputOf,
  userDataSource,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.source.ts';
import { createProducer } from '../../../server/Services/BackgroundJobs/producer.ts';
import {
  abandonedRuns,
  leaseRun,
} from '../../../server/Services/BackgroundJobs/runs/checkpoint.ts';
import { enumerateRun } from '../../../server/Services/BackgroundJobs/runs/enumerate.ts';
import { forgetUser } from '../../../server/Services/BackgroundJobs/runs/forgetUser.ts';
import { openSlotRun } from '../../../server/Services/BackgroundJobs/runs/ledger.ts';
import { findSource } from '../../../server/Services/BackgroundJobs/runs/sources.ts';
import { SILENT, useInstallation } from './installation.ts';

const ABANDONED_AFTER_MS = 10_000;

class Killed extends Error {}

/** An outbox whose producer dies at one step of its page. */
const DYING: Record<string, (outbox: Outbox) => Outbox> = {
  'after the record': (outbox) => ({
    ...outbox,
    async record(entries) {
      await outbox.record(entries);
      throw new Killed();
    },
  }),
  'in the middle of the enqueue': (outbox) => ({
    ...outbox,
    async enqueue(entries, batchSize) {
      await outbox.enqueue(entries.slice(0, Math.ceil(entries.length / 2)), batchSize);
      throw new Killed();
    },
  }),
  'after the enqueue, before the checkpoint': (outbox) => ({
    ...outbox,
    async enqueue(entries, batchSize) {
      await outbox.enqueue(entries, batchSize);
      throw new Killed();
    },
  }),
  'after the checkpoint': (outbox) => {
    let pages = 0;
    return {
      ...outbox,
      async record(entries) {
        pages += 1;
        if (pages === 2) throw new Killed();
        return outbox.record(entries);
      },
    };
  },
};

describe('producing a run', () => {
  const installation = useInstallation();
  const { outbox, balancedRun } = installation;
  const enumeration = {
    source: userDataSource,
    outbox,
    leaseMs: 30_000,
    log: SILENT,
    signal: new AbortController().signal,
  };

  let hour = 0;
  function openRun() {
    hour += 1;
    return openSlotRun({
      kind: USER_DATA,
      input: userDataInputOf({}),
      schedule: 'test',
      slot: new Date(Date.UTC(2026, 0, 1, hour)),
      trigger: 'schedule',
      mode: 'queue',
      batchSize: 50,
    });
  }

  async function newRun(users: number): Promise<{ runId: string; userIds: string[] }> {
    await UserModel.deleteMany({});
    await installation.wipeRedis();
    const userIds = await installation.makeUsers(users);
    const run = await openRun();
    return { runId: run?._id ?? '', userIds };
  }

  async function expectOneJobEach(runId: string, userIds: readonly string[]): Promise<void> {
    const records = await JobStatusModel.find({ runId }, { userId: 1, generation: 1 }).lean();
    expect(records.map(({ userId }) => userId?.toHexString() ?? '').sort()).toEqual(
      [...userIds].sort(),
    );
    expect(records.every(({ generation }) => generation === 1)).toBe(true);
    const { waiting, active, delayed } = await installation.queue.pendingCounts();
    expect(waiting + active + delayed).toBe(userIds.length);
  }

  it('opens one run for a slot, whoever comes at once', async () => {
    hour += 1;
    const slot = new Date(Date.UTC(2026, 0, 1, hour));
    const opened = await Promise.all(
      Array.from({ length: 8 }, () =>
        openSlotRun({
          kind: USER_DATA,
          input: userDataInputOf({}),
          schedule: 'test',
          slot,
          trigger: 'schedule',
          mode: 'queue',
          batchSize: 50,
        }),
      ),
    );
    expect(opened.filter((run) => run !== null)).toHaveLength(1);
    expect(await RunModel.countDocuments({ slot })).toBe(1);
  });

  it('gives each user one job when two producers enumerate the same run at once', async () => {
    const { runId, userIds } = await newRun(120);
    const ended = await Promise.all([1, 2, 3].map(() => enumerateRun(runId, enumeration)));
    expect(ended.map((each) => each.ended).sort()).toEqual(['elsewhere', 'elsewhere', 'finished']);
    await expectOneJobEach(runId, userIds);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 120, queued: 120 });
  });

  it.each(Object.keys(DYING))('gives each user one job when a producer dies %s', async (step) => {
    const [users, counted] = step === 'after the checkpoint' ? [1_010, 1_000] : [130, 0];
    const { runId, userIds } = await newRun(users);
    const dying = DYING[step]?.(outbox) ?? outbox;
    await expect(enumerateRun(runId, { ...enumeration, outbox: dying })).rejects.toThrow(Killed);
    expect(await balancedRun(runId)).toMatchObject({ status: 'enumerating', enumerated: counted });

    const second = await enumerateRun(runId, enumeration);
    expect(second.ended).toBe('finished');
    await expectOneJobEach(runId, userIds);
    expect(await balancedRun(runId)).toMatchObject({
      status: 'running',
      enumerated: users,
      queued: users,
      duplicates: 0,
    });
  });

  it('leaves a run whose producer lives alone, and takes it over when the lease is out', async () => {
    const { runId, userIds } = await newRun(10);
    let proceed = () => {};
    const held = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const frozen = enumerateRun(runId, {
      ...enumeration,
      leaseMs: 300,
      outbox: {
        ...outbox,
        async record(entries) {
          await held;
          return outbox.record(entries);
        },
      },
    });
    await vi.waitFor(async () => expect((await RunModel.findById(runId))?.lease).toBeTruthy());
    const successor = createProducer({
      lanes: installation.lanes,
      findSource,
      batchSize: 50,
      leaseMs: 30_000,
      retentionDays: () => 7,
      log: SILENT,
    });
    await vi.waitFor(async () => {
      await successor.resumeAbandoned();
      expect((await balancedRun(runId)).status).toBe('running');
    }, 10_000);
    proceed();
    expect(await frozen).toMatchObject({ ended: 'elsewhere' });
    await expectOneJobEach(runId, userIds);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 10 });
    await successor.stop();
  });

  it('goes on at once with a run of its own that stopped before it had the lease', async () => {
    const { runId, userIds } = await newRun(10);
    const failed = vi.fn();
    const producer = createProducer({
      lanes: installation.lanes,
      findSource: vi.fn(findSource).mockImplementationOnce(() => {
        throw new mongoose.mongo.MongoNetworkError('MongoDB is away');
      }),
      batchSize: 50,
      leaseMs: 30_000,
      retentionDays: () => 7,
      log: { ...SILENT, error: failed },
    });
    producer.drive(runId);
    await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
    producer.resumeStopped();
    // Sooner than a run without a lease is taken for one that nobody has.
    await vi.waitFor(
      async () => expect((await balancedRun(runId)).status).toBe('running'),
      ABANDONED_AFTER_MS / 2,
    );
    await expectOneJobEach(runId, userIds);
    await producer.stop();
  });

  it('leaves a run that is held to its producer, however far its own clock is ahead', async () => {
    const { runId } = await newRun(1);
    const held = await leaseRun(runId, 60_000);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 });
    const taken = await leaseRun(runId, 60_000).finally(() => vi.useRealTimers());
    expect(taken).toBeNull();
    await held?.release();
    expect(await leaseRun(runId, 60_000)).not.toBeNull();
  });

  it('hands over nothing more of its page when its lease is out', async () => {
    const { runId, userIds } = await newRun(10);
    let leaseIsOut = () => {};
    const silence = new Promise<void>((resolve) => {
      leaseIsOut = resolve;
    });
    const frozen = await enumerateRun(runId, {
      ...enumeration,
      // Long enough for half of the page to be recorded and handed over, also on a machine that is busy.
      leaseMs: 1_500,
      outbox: {
        ...outbox,
        // It wakes with half of the page handed over.
        async enqueue(entries, batchSize, mayGoOn) {
          await outbox.enqueue(entries.slice(0, 5), batchSize, mayGoOn);
          const look = setInterval(() => mayGoOn?.() === false && leaseIsOut(), 10);
          await silence;
          clearInterval(look);
          return outbox.enqueue(entries.slice(5), batchSize, mayGoOn);
        },
      },
    });
    expect(frozen).toMatchObject({ ended: 'elsewhere', enqueued: 0 });
    const places = await installation.queue.places(
      userIds.map((userId) => userDataJobId(runId, userId)),
    );
    expect(places.filter((place) => place === 'unknown')).toHaveLength(5);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 0 });
    expect(await enumerateRun(runId, enumeration)).toMatchObject({ ended: 'finished' });
  });

  it('leaves a run that was opened a moment ago to the process that opened it', async () => {
    const { runId } = await newRun(2);
    const abandoned = async () =>
      (await RunModel.find(abandonedRuns(new Date(), 'enumerating'), { _id: 1 }).lean()).map(
        ({ _id }) => _id,
      );
    expect(await abandoned()).not.toContain(runId);
    await RunModel.updateOne(
      { _id: runId },
      { $set: { startedAt: new Date(Date.now() - 60_000) } },
    );
    expect(await abandoned()).toContain(runId);
    expect(await enumerateRun(runId, enumeration)).toMatchObject({ ended: 'finished' });
  });

  it('leaves out who is being deleted, although marked as active again', async () => {
    const { runId, userIds } = await newRun(3);
    const [deleting = '', ...others] = userIds;
    await UserModel.updateOne({ _id: deleting }, { $set: { deletedAt: new Date() } });
    await enumerateRun(runId, enumeration);
    await expectOneJobEach(runId, others);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 2, queued: 2 });
  });

  it('counts users once who went away between a producer’s death and the next', async () => {
    const { runId, userIds } = await newRun(8);
    const dying = DYING['after the enqueue, before the checkpoint']?.(outbox) ?? outbox;
    await expect(enumerateRun(runId, { ...enumeration, outbox: dying })).rejects.toThrow(Killed);
    const [first = '', second = ''] = userIds;
    const last = userIds.at(-1) ?? '';
    // One switched off at the beginning, one at the end, and one deleted.
    await UserModel.updateMany({ _id: { $in: [first, last] } }, { $set: { active: false } });
    await UserModel.deleteOne({ _id: second });
    await forgetUser(second);
    await enumerateRun(runId, enumeration);
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 7, queued: 7 });
    expect(await JobStatusModel.countDocuments({ runId })).toBe(7);
  });

  it('stops at the next page when told to, and gives the run back at once', async () => {
    const { runId } = await newRun(1_010);
    const stopping = new AbortController();
    const ended = await enumerateRun(runId, {
      ...enumeration,
      signal: stopping.signal,
      outbox: {
        ...outbox,
        async record(entries) {
          stopping.abort();
          return outbox.record(entries);
        },
      },
    });
    expect(ended).toMatchObject({ ended: 'interrupted', enqueued: 1_000 });
    const abandoned = await RunModel.find(abandonedRuns(new Date(), 'enumerating'), {
      _id: 1,
    }).lean();
    expect(abandoned).toContainEqual({ _id: runId });
    expect(await enumerateRun(runId, enumeration)).toMatchObject({ ended: 'finished' });
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 1_010 });
  });

  it('adds nothing for a job whose record has moved on, when a page is repeated', async () => {
    const { runId, userIds } = await newRun(3);
    const dying = DYING['after the record']?.(outbox) ?? outbox;
    await expect(enumerateRun(runId, { ...enumeration, outbox: dying })).rejects.toThrow(Killed);
    const done = userDataJobId(runId, userIds[0] ?? '');
    await JobStatusModel.updateOne({ _id: done }, { $set: { status: 'completed' } });
    expect(await enumerateRun(runId, enumeration)).toMatchObject({ enqueued: 2 });
    expect(await balancedRun(runId)).toMatchObject({ enumerated: 3, queued: 2, completed: 1 });
  });
});
