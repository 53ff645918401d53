import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startSchedulerProcess } from '../../../server/composition/scheduler.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import type { Env } from '../../../server/config/env.ts';
import { connectMongo } from '../../../server/config/mongoConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { heldLeases } from '../../../server/models/system/LeaseModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { aclLine } from '../../../server/Services/BackgroundJobs/queues/rights.ts';
import { useWiredProcesses } from './wiredProcesses.ts';

describe('the processes as they are wired', () => {
  const { name, running, mongo, settings, ask, login } = useWiredProcesses();

  it('take 200 users through a run asked for over HTTP, and stop in order', async () => {
    const env = await settings();
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await ensureIndexes();
    await UserModel.insertMany(
      Array.from({ length: 200 }, (_, number) => ({
        externalId: `u${number}`,
        email: `u${number}@example.com`,
        timezone: 'UTC',
        active: true,
      })),
    );
    running.push(await startApi(env), await startWorker({ env, catalogue }));
    const token = await login();
    const asked = await ask('/app/job-status/runs', { method: 'POST', token });
    expect(asked.status).toBe(202);
    const run = await vi.waitFor(
      async () => {
        const { body } = await ask(`/app/job-status/runs/${asked.body.runId}`, { token });
        expect(body.balanced).toBe(true);
        expect(body.status).toBe('completed');
        return body;
      },
      { timeout: 40_000, interval: 100 },
    );
    expect(run).toMatchObject({ enumerated: 200, completed: 200, failed: 0, trigger: 'manual' });
    const done = await JobStatusModel.distinct('userId', {
      runId: String(run.runId),
      status: 'completed',
    });
    expect(done).toHaveLength(200);
    const stats = await ask('/app/job-status/queue/stats', { token });
    expect(stats.body).toEqual({
      waiting: 0,
      active: 0,
      delayed: 0,
      completed: 200,
      failed: 0,
      total: 200,
    });
    for (const each of running.splice(0)) await each.shutdown.stop();
    await expect(ask('/health/live')).rejects.toThrow();
    expect(mongoose.connection.readyState).toBe(mongoose.ConnectionStates.disconnected);
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    // A restore would take the holder of one for a process that runs.
    expect(await heldLeases()).toEqual([]);
  });

  it('take a run with no more rights in Redis than the documentation gives; without one they wait', async () => {
    const env = await settings();
    const admin = new Redis(env.REDIS_URL ?? '');
    onTestFinished(async () => {
      await admin.call('ACL', 'DELUSER', name);
      admin.disconnect();
    });
    const line = aclLine(env.QUEUE_PREFIX, name).replace('>PASSWORD', '>secret');
    const [, , , ...rights] = line.split(' ');
    await admin.call('ACL', 'SETUSER', name, ...rights, '-info');
    const url = new URL(env.REDIS_URL ?? '');
    Object.assign(url, { username: name, password: 'secret' });
    const as = { ...env, REDIS_URL: url.href };
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await UserModel.create({
      ...{ externalId: 'u', email: 'u@example.com', timezone: 'UTC', active: true },
    });
    running.push(await startApi(as), await startWorker({ env: as, catalogue }));
    const token = await login();
    const post = () => ask('/app/job-status/runs', { method: 'POST', token });
    await vi.waitFor(async () => {
      expect(await post()).toMatchObject({
        status: 503,
        body: {
          error: {
            code: 'REDIS_PERMISSION_DENIED',
            message: expect.stringContaining('missing +info'),
          },
        },
      });
    }, 10_000);
    expect((await ask('/health/ready')).body).toMatchObject({ checks: { redis: 'down' } });
    const health = await ask('/api/v1/queue/health', { token });
    expect(health).toMatchObject({ status: 503, body: { redis: 'down' } });
    expect(JSON.stringify(health.body.reasons)).toContain('+info');

    await admin.call('ACL', 'SETUSER', name, '+info');
    const asked = await vi.waitFor(async () => {
      const answer = await post();
      expect(answer.status).toBe(202);
      return answer;
    }, 10_000);
    await vi.waitFor(
      async () => {
        const { body } = await ask(`/app/job-status/runs/${asked.body.runId}`, { token });
        expect(body).toMatchObject({ status: 'completed', completed: 1, balanced: true });
      },
      { timeout: 30_000, interval: 100 },
    );
  });

  it('serve without Redis: what needs the queue says so, the rest answers', async () => {
    const env = await settings({ REDIS_URL: '' });
    running.push(await startApi(env));
    const token = await login();
    expect((await ask('/health/ready')).body).toMatchObject({ status: 'degraded' });
    const refused = await ask('/app/job-status/runs', { method: 'POST', token });
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'REDIS_UNAVAILABLE' } } });
    expect(await ask('/app/job-status/runs', { token })).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    });
  });

  it('serve HTTP while MongoDB is away, and begin when it comes', async () => {
    const env = await settings();
    await mongo().cut();
    running.push(await startApi(env));
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(503);
    await mongo().restore();
    const token = await login();
    // Also that Redis may be used is known only from MongoDB.
    await vi.waitFor(
      async () => expect(await ask('/health/ready')).toMatchObject({ body: { status: 'ok' } }),
      10_000,
    );
    const { body } = await ask('/app/job-status/runs', { method: 'POST', token });
    await vi.waitFor(
      async () => {
        const run = await ask(`/app/job-status/runs/${body.runId}`, { token });
        // The keeper that begins with MongoDB seals it.
        expect(run.body).toMatchObject({ status: 'completed', enumerated: 0 });
      },
      { timeout: 20_000, interval: 100 },
    );
  });

  it.each([
    ['the API', (env: Env) => startApi(env)],
    ['a worker', (env: Env) => startWorker({ env, catalogue })],
  ])('stop although MongoDB never came: %s', async (_, start) => {
    const env = await settings();
    await mongo().cut();
    running.push(await start(env));
    for (const each of running.splice(0)) await each.shutdown.stop();
    await expect(ask('/health/live')).rejects.toThrow();
  });

  it('refuse to start without what they need, and say what to name', async () => {
    const env = await settings();
    const { MONGODB_URI: _mongo, ...without } = env;
    await expect(startSchedulerProcess(without as Env)).rejects.toThrow('MONGODB_URI');
    await expect(startApi(without as Env)).rejects.toThrow('MONGODB_URI');
    await expect(startWorker({ env: without as Env, catalogue })).rejects.toThrow('MONGODB_URI');
  });
});
