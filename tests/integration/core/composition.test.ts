import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startSchedulerProcess } from '../../../server/composition/scheduler.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/backup/restoreKeys.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { aclLine } from '../../../server/Services/BackgroundJobs/queues/rights.ts';
import { ONLY_USER_DATA } from '../../onlyUserData.ts';
import { ownPort } from '../../ownPort.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const ADMIN = { email: 'admin@example.com', password: 'a-long-test-password' };

describe('the processes as they are wired', () => {
  const name = `wired-${randomUUID().slice(0, 8)}`;
  const running: { shutdown: { stop(): Promise<void> } }[] = [];
  let mongo: Relay;

  afterEach(async () => {
    for (const each of running.splice(0)) await each.shutdown.stop();
    await mongo.restore();
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    await mongo.close();
    const redis = connectRedis(env, 'worker', SILENT);
    await removeKeys(redis, env.QUEUE_PREFIX);
    redis.disconnect();
  });

  let env: Env;
  async function settings(fields: Record<string, string> = {}): Promise<Env> {
    const target = new URL(MONGODB_URI);
    mongo = await openRelay({ host: target.hostname, port: Number(target.port) });
    env = parseSettings({
      REDIS_URL,
      MONGODB_URI: `mongodb://127.0.0.1:${mongo.port}/${name}?directConnection=true`,
      QUEUE_PREFIX: `{${name}}`,
      PORT: String(await ownPort()),
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      LOG_LEVEL: 'error',
      SHUTDOWN_GRACE_MS: '1000',
      LOGIN_ATTEMPTS_PER_MINUTE: '1000',
      // What they put in would be counted with the runs’ jobs.
      ...ONLY_USER_DATA,
      ...fields,
    });
    return env;
  }

  async function ask(path: string, init: RequestInit & { token?: string } = {}) {
    const { token, ...request } = init;
    const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
      ...request,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  const login = () =>
    vi.waitFor(async () => {
      const { status, body } = await ask('/app/auth/login', {
        method: 'POST',
        body: JSON.stringify(ADMIN),
      });
      expect(status).toBe(200);
      return body.token as string;
    }, 15_000);

  it('take 200 users through a run asked for over HTTP, and stop in order', async () => {
    await settings();
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
  });

  it('take a run with no more rights in Redis than the documentation gives; without one they wait', async () => {
    await settings();
    const admin = new Redis(REDIS_URL);
    onTestFinished(async () => {
      await admin.call('ACL', 'DELUSER', name);
      admin.disconnect();
    });
    const line = aclLine(env.QUEUE_PREFIX, name).replace('>PASSWORD', '>secret');
    const [, , , ...rights] = line.split(' ');
    await admin.call('ACL', 'SETUSER', name, ...rights, '-info');
    const url = new URL(REDIS_URL);
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
    await settings({ REDIS_URL: '' });
    running.push(await startApi(env));
    const token = await login();
    expect((await ask('/health/ready')).body).toMatchObject({ status: 'degraded' });
    const refused = await ask('/app/job-status/runs', { method: 'POST', token });
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'REDIS_UNAVAILABLE' } } });
    expect(await ask('/app/job-status/runs', { token })).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    });
    env = parseSettings({
      REDIS_URL,
      QUEUE_PREFIX: env.QUEUE_PREFIX,
      MONGODB_URI: env.MONGODB_URI,
    });
  });

  it('serve HTTP while MongoDB is away, and begin when it comes', async () => {
    await settings();
    await mongo.cut();
    running.push(await startApi(env));
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(503);
    await mongo.restore();
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
    ['the API', () => startApi(env)],
    ['a worker', () => startWorker({ env, catalogue })],
  ])('stop although MongoDB never came: %s', async (_, start) => {
    await settings();
    await mongo.cut();
    running.push(await start());
    for (const each of running.splice(0)) await each.shutdown.stop();
    await expect(ask('/health/live')).rejects.toThrow();
  });

  describe('with a slot each second', () => {
    /** Starts the API under these switches. @returns the lines that it has logged at its start. */
    async function startWith(switches: Record<string, string>): Promise<unknown[]> {
      const lines: string[] = [];
      // Where the logger writes what is for stdout.
      const { _stdout: stdout } = console as unknown as { _stdout: NodeJS.WriteStream };
      const written = vi.spyOn(stdout, 'write').mockImplementation((line) => {
        lines.push(String(line));
        return true;
      });
      onTestFinished(() => written.mockRestore());
      await settings({ USER_DATA_SCHEDULE: '* * * * * *', LOG_LEVEL: 'info', ...switches });
      running.push(await startApi(env));
      return lines.map((line) => JSON.parse(line));
    }

    it.each([
      ['queue', {}, 'The hourly run goes through the queue'],
      [
        'legacy',
        { DAILY_UPDATES: 'true' },
        'The hourly run is the in-process batch (DAILY_UPDATES=true); the producer is off',
      ],
    ])('say and do that the mode is %s, and nothing else', async (mode, switches, message) => {
      expect(await startWith(switches)).toContainEqual(
        expect.objectContaining({ level: 'info', message, mode }),
      );
      await vi.waitFor(
        async () => expect((await ask('/health/ready')).body).toMatchObject({ status: 'ok', mode }),
        15_000,
      );
      // Three slots: what the other way would have begun beside it would be there too.
      await vi.waitFor(async () => {
        const slots = await RunModel.distinct('slot');
        expect(slots.length).toBeGreaterThanOrEqual(3);
      }, 15_000);
      expect(await RunModel.distinct('mode')).toEqual([mode]);
      const runs = await RunModel.find({}, { slot: 1 }).lean();
      expect(new Set(runs.map(({ slot }) => Number(slot))).size).toBe(runs.length);
    });

    it.each([
      { PROCESS_USER_DATA: 'false' },
      { PROCESS_USER_DATA: 'false', DAILY_UPDATES: 'true' },
      { BACKGROUND_JOBS_ENABLED: 'false' },
    ])('say that the mode is off, and begin no run: %o', async (switches) => {
      expect(await startWith(switches)).toContainEqual(
        expect.objectContaining({
          message:
            'The hourly run is switched off (BACKGROUND_JOBS_ENABLED or PROCESS_USER_DATA is false)',
          mode: 'off',
        }),
      );
      await vi.waitFor(async () => {
        expect((await ask('/health/ready')).body).toMatchObject({ status: 'ok', mode: 'off' });
        expect(await ScheduleModel.findById('user-data-hourly')).not.toBeNull();
      }, 15_000);
      const threeSlotsOn = Date.now() + 3_000;
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(threeSlotsOn), 10_000);
      expect(await RunModel.countDocuments()).toBe(0);
    });
  });

  it('leave the schedules to a scheduler of their own when the API is to run none', async () => {
    await settings({ USER_DATA_SCHEDULE: '* * * * * *', SCHEDULES_ENABLED: 'false' });
    running.push(await startApi(env));
    await login();
    expect(await ScheduleModel.countDocuments()).toBe(0);
    running.push(await startSchedulerProcess(env));
    await vi.waitFor(
      async () => expect(await RunModel.countDocuments()).toBeGreaterThanOrEqual(3),
      15_000,
    );
    // The API keeps the ledgers of runs that another process began.
    await vi.waitFor(
      async () => expect(await RunModel.exists({ status: 'completed' })).not.toBeNull(),
      15_000,
    );
  });

  it('refuse a scheduler for the batch inside the API process', async () => {
    await settings({ DAILY_UPDATES: 'true' });
    await expect(startSchedulerProcess(env)).rejects.toThrow('DAILY_UPDATES=true');
  });

  it('refuse to start without what they need, and say what to name', async () => {
    await settings();
    const { MONGODB_URI: _mongo, ...without } = env;
    await expect(startSchedulerProcess(without as Env)).rejects.toThrow('MONGODB_URI');
    await expect(startApi(without as Env)).rejects.toThrow('MONGODB_URI');
    await expect(startWorker({ env: without as Env, catalogue })).rejects.toThrow('MONGODB_URI');
  });
});
