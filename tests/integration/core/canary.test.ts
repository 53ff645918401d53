import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { QueueModel } from '../../../server/models/system/QueueModel.ts';
import { startCanaries } from '../../../server/Services/BackgroundJobs/health/canaries.ts';
import { startCompletionNotes } from '../../../server/Services/BackgroundJobs/health/completions.ts';
import {
  noteBegun,
  noteCanaryReturn,
  noteCanarySent,
  noteCompletion,
} from '../../../server/Services/BackgroundJobs/health/flow.ts';
import { startWatchdog } from '../../../server/Services/BackgroundJobs/health/watchdog.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('a canary', () => {
  const installation = useInstallation();
  const { queue } = installation;
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await installation.wipeRedis();
    await QueueModel.deleteMany({});
  });

  const known = () => QueueModel.findById(queue.name).lean();

  function sendCanaries(): void {
    stops.push(startCanaries({ queues: [queue], intervalMs: 100, log: SILENT }).stop);
  }

  it('stands outside all counts, and alone', async () => {
    await queue.sendCanary();
    await queue.sendCanary();
    expect(await queue.pendingCounts()).toEqual({ waiting: 0, active: 0, delayed: 0 });
    expect(await queue.pendingPage(0, 10)).toEqual([]);
    expect(await queue.oldestWaitingSince()).toBeNull();
    expect(await queue.hasTakeableJob()).toBe(true);
    expect(await installation.reconcile()).toMatchObject({ looked: 0, removed: 0, adopted: 0 });
    expect(await queue.hasTakeableJob()).toBe(true);
  });

  it('is sent through a quiet queue, and its round trip is known without Redis', async () => {
    const worker = await installation.startWorker(() => Promise.resolve(), {
      onCanary: (sentAt) =>
        noteCanaryReturn(queue.name, { sentAt, doneAt: new Date(), worker: 'w' }),
    });
    stops.push(worker.stop);
    sendCanaries();
    await vi.waitFor(async () => expect((await known())?.canary).toBeTruthy(), 10_000);
    const { canary } = (await known()) ?? {};
    expect(canary?.worker).toBe('w');
    expect(canary?.roundTripMs).toBe(
      (canary?.doneAt.getTime() ?? 0) - (canary?.sentAt.getTime() ?? 0),
    );
  });

  it('keeps the time of its sending while it does not come back, also when Redis lost it', async () => {
    sendCanaries();
    await vi.waitFor(async () => expect((await known())?.canarySentAt).toBeTruthy(), 10_000);
    const sentAt = (await known())?.canarySentAt;
    await installation.wipeRedis();
    await vi.waitFor(async () => expect(await queue.hasTakeableJob()).toBe(true), 10_000);
    expect((await known())?.canarySentAt).toEqual(sentAt);
  });

  it('takes the place of one whose return was not noted, when jobs have flowed since', async () => {
    const old = new Date(Date.now() - 60_000);
    await noteCanarySent(queue.name, old);
    await noteCanarySent(queue.name, new Date(), new Date(old.getTime() - 1));
    expect((await known())?.canarySentAt).toEqual(old);
    await noteCompletion(queue.name, new Date(old.getTime() + 1));
    sendCanaries();
    await vi.waitFor(async () => {
      const { canarySentAt } = (await known()) ?? {};
      expect(canarySentAt?.getTime()).toBeGreaterThan(old.getTime());
    }, 10_000);
  });

  it('and what else is taken is noted, whatever becomes of it', async () => {
    const activity = {
      ...{ running: 1, taken: 0, begun: 0, ended: 0, completed: 0, sawEmptyAt: 0 },
      ...{ suspended: false, lastCompletedAt: null },
    };
    const notes = startCompletionNotes({
      workers: [{ queue: queue.name, activity: () => ({ ...activity }) }],
      intervalMs: 10,
      log: SILENT,
    });
    stops.push(notes.stop);
    activity.taken = 1;
    await vi.waitFor(async () => expect((await known())?.lastTakenAt).toBeTruthy(), 10_000);
    expect((await known())?.lastCompletedAt).toBeNull();
    expect((await known())?.endlessSince).toBeNull();

    activity.begun = 1;
    await vi.waitFor(async () => expect((await known())?.endlessSince).toBeTruthy(), 10_000);
    const since = (await known())?.endlessSince;
    await noteBegun(queue.name, new Date());
    expect((await known())?.endlessSince, 'the first counts').toEqual(since);
    Object.assign(activity, { begun: 2, ended: 1 });
    await vi.waitFor(async () => expect((await known())?.endlessSince).toBeNull(), 10_000);
  });

  it('is not needed where jobs complete', async () => {
    await noteCompletion(queue.name, new Date(Date.now() + 60_000));
    const canaries = startCanaries({ queues: [queue], intervalMs: 1, log: SILENT });
    await vi.waitFor(async () => expect(await installation.redis.ping()).toBe('PONG'));
    await canaries.stop();
    expect(await queue.hasTakeableJob()).toBe(false);
    expect((await known())?.canarySentAt).toBeNull();
  });
});

describe('the oldest waiting job', () => {
  const installation = useInstallation();
  const { queue, redis, keyOf } = installation;

  it.each([
    ['was added', {}, 1_000],
    ['was due, when it was delayed', { opts: '{"delay":5000}' }, 6_000],
    ['was taken before, when it came back', { processedOn: 9_000 }, 9_000],
  ])('has waited since it %s', async (_, fields, since) => {
    const job = { name: queue.name, data: '{}', opts: '{}', timestamp: 1_000 };
    await redis.hset(keyOf('one'), { ...job, ...fields });
    await redis.lpush(keyOf('wait'), 'one');
    expect((await queue.oldestWaitingSince())?.getTime()).toBe(since);
    await redis.del(keyOf('one'), keyOf('wait'));
  });
});

describe('the watchdog of a worker', () => {
  const installation = useInstallation();
  const { queue, env } = installation;

  it('calls once when it takes nothing while a job waits, and not before', async () => {
    const redis = connectRedis(env, 'worker', SILENT);
    const onStuck = vi.fn();
    const watchdog = startWatchdog({
      queue: queue.name,
      look: async () => ({
        takeable: await queue.hasTakeableJob(),
        running: 0,
        taken: 0,
        suspended: false,
      }),
      limitMs: 300,
      log: SILENT,
      onStuck,
    });
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    expect(onStuck).not.toHaveBeenCalled();
    const sentAt = Date.now();
    await queue.sendCanary();
    await vi.waitFor(() => expect(onStuck).toHaveBeenCalled(), { timeout: 10_000, interval: 10 });
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(250);
    watchdog.stop();
    redis.disconnect();
    expect(onStuck).toHaveBeenCalledTimes(1);
  });
});
