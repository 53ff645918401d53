import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { QueueModel } from '../../../server/models/system/QueueModel.ts';
import { startCanaries } from '../../../server/Services/BackgroundJobs/health/canaries.ts';
import {
  noteCanaryReturn,
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

  it('is not needed where jobs complete', async () => {
    await noteCompletion(queue.name, new Date(Date.now() + 60_000));
    const canaries = startCanaries({ queues: [queue], intervalMs: 1, log: SILENT });
    await vi.waitFor(async () => expect(await installation.redis.ping()).toBe('PONG'));
    await canaries.stop();
    expect(await queue.hasTakeableJob()).toBe(false);
    expect((await known())?.canarySentAt).toBeNull();
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
