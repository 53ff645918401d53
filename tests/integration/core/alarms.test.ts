import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import { createAlarms } from '../../../server/Services/BackgroundJobs/reconciling/alarms.ts';
import { SILENT, useInstallation } from './installation.ts';

describe('what makes the reconciler look through everything', () => {
  const { env } = useInstallation();
  const redis = connectRedis(env, 'producer', SILENT);
  const key = `${env.QUEUE_PREFIX}:epoch`;
  afterAll(() => {
    redis.disconnect();
  });

  const silentWorker = (farewellAt: Date | null) => {
    const longAgo = new Date(Date.now() - 60_000);
    return WorkerModel.create({
      _id: randomUUID(),
      host: 'somewhere',
      pid: 1,
      version: '0',
      queues: ['user-data'],
      runningJobs: 1,
      memoryBytes: 1,
      startedAt: longAgo,
      lastSeenAt: longAgo,
      farewellAt,
      expiresAt: new Date(Date.now() + 60_000),
    });
  };

  it('is a Redis without its mark, once until it is reset', async () => {
    const alarms = createAlarms(redis, env.QUEUE_PREFIX);
    expect(await alarms.ring()).toBeInstanceOf(Date);
    expect(await alarms.ring()).toBeInstanceOf(Date);
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();
    await redis.del(key);
    expect(await alarms.ring()).toBeInstanceOf(Date);
    await alarms.reset();
  });

  it('is a Redis that is another process than the one that was marked', async () => {
    const alarms = createAlarms(redis, env.QUEUE_PREFIX);
    await alarms.ring();
    await alarms.reset();
    await redis.set(key, 'the run_id of the one before');
    expect(await alarms.ring()).toBeInstanceOf(Date);
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();
  });

  it('is a worker that fell silent without farewell, once', async () => {
    const alarms = createAlarms(redis, env.QUEUE_PREFIX);
    await alarms.ring();
    await alarms.reset();
    await silentWorker(new Date());
    expect(await alarms.ring()).toBeNull();
    await silentWorker(null);
    expect(await alarms.ring()).toBeInstanceOf(Date);
    await alarms.reset();
    expect(await alarms.ring()).toBeNull();
  });
});
