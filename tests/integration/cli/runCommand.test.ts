import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../../scripts/services/ports.mjs';
import { type ApiClient, createApiClient } from '../../../server/cli/apiClient.ts';
import { type RunFlags, runCommand } from '../../../server/cli/runCommand.ts';
import { showRunProgress } from '../../../server/cli/runProgress.ts';
import { watchRun } from '../../../server/cli/runWatch.ts';
import { type RunningApi, startApi } from '../../../server/composition/api.ts';
import { type RunningWorker, startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { USER_DATA_SCHEDULE } from '../../../server/Services/BackgroundJobs/cronProducer.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { holdSchedule } from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { NO_USER_DATA_SLOT } from '../../scheduleSettings.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const USERS = 40;
const FLAGS: RunFlags = { backfill: false, last: false, watch: true, releaseSchedule: false };

let env: Env;
let api: RunningApi;
let client: ApiClient;
let worker: RunningWorker | undefined;

async function command(flags: Partial<RunFlags>, settings: Env = env) {
  const output = new PassThrough({ encoding: 'utf8' });
  const code = await runCommand({ ...FLAGS, ...flags }, settings, output);
  return { code, text: String(output.read() ?? '') };
}

beforeAll(async () => {
  const name = `run-${randomUUID().slice(0, 8)}`;
  env = parseSettings({
    MONGODB_URI: `${MONGODB_URI}/${name}`,
    REDIS_URL,
    QUEUE_PREFIX: `{${name}}`,
    PORT: String(await freePort(21_000 + Math.floor(Math.random() * 5_000))),
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    ADMIN_EMAIL: 'admin@example.com',
    ADMIN_PASSWORD: 'a-long-test-password',
    LOG_LEVEL: 'error',
    ...NO_USER_DATA_SLOT,
  });
  await connectMongo({ uri: `${MONGODB_URI}/${name}` });
  await ensureIndexes();
  const ids = Array.from({ length: USERS }, (_, n) => String(n).padStart(5, '0'));
  await UserModel.insertMany(
    ids.map((id) => ({
      externalId: id,
      email: `${id}@example.com`,
      timezone: 'UTC',
      active: true,
    })),
  );
  api = await startApi(env);
  const login = { email: 'admin@example.com', password: 'a-long-test-password' };
  client = createApiClient({ url: `http://127.0.0.1:${api.port}`, ...login });
  await vi.waitFor(() => client.lastRun(), { timeout: 10_000, interval: 200 });
});

afterAll(async () => {
  await worker?.shutdown.stop();
  await connectMongo({ uri: env.MONGODB_URI ?? '' });
  await mongoose.connection.dropDatabase();
  await api.shutdown.stop();
  await disconnectMongo();
  const redis = connectRedis(env, 'worker', api.logger);
  const keys = await redis.keys(`${env.QUEUE_PREFIX}:*`);
  if (keys.length > 0) await redis.del(keys);
  redis.disconnect();
});

describe('npm run run', () => {
  it('says so when there is no last run to show', async () => {
    expect(await command({ last: true })).toEqual({
      code: 3,
      text: 'There has been no run yet.\n',
    });
  });

  it('names the password as the reason when the API does not take it', async () => {
    const wrong = { ...env, ADMIN_PASSWORD: 'another-long-password' };
    await expect(command({ last: true }, wrong)).rejects.toThrow(
      /does not know admin@example.com .*npm run account -- password admin@example.com/s,
    );
  });

  it('says what to do when the API does not run', async () => {
    const elsewhere = { ...env, PORT: await freePort(28_000) };
    await expect(command({}, elsewhere)).rejects.toThrow(/Nothing answers at .* npm start/);
  });

  it('refuses to begin without a login', async () => {
    const { ADMIN_PASSWORD: _, ...without } = env;
    await expect(command({}, without)).rejects.toThrow(/ADMIN_EMAIL and ADMIN_PASSWORD/);
  });

  it('passes on why the API refuses', async () => {
    await expect(command({ asOf: '2999-01-01' })).rejects.toThrow(/answered 400: .*/);
  });

  it('says what holds a run that does not move, and leaves it as it is', async () => {
    const output = new PassThrough({ encoding: 'utf8' });
    const runId = await client.begin({}, randomUUID());
    const run = await watchRun(runId, {
      client,
      progress: showRunProgress(output),
      expectedUsers: USERS,
      stuckMs: 300,
      giveUpMs: 1_500,
      pollMs: 50,
    });
    expect(run).toMatchObject({ status: 'running', queued: USERS, balanced: true });
    expect(String(output.read())).toMatch(
      new RegExp(`No change for .*npm run why -- user-data-${runId}-[0-9a-f]{24}\nCtrl-C is safe`),
    );
    const { code, text } = await command({ last: true });
    expect(code).toBe(0);
    expect(text).toContain(`${USERS} users are still to come.`);
  });

  it('lets a held schedule go as soon as its run is enqueued', async () => {
    await holdSchedule(USER_DATA_SCHEDULE, new Date(Date.now() + 600_000));
    const held = () => ScheduleModel.findById(USER_DATA_SCHEDULE).lean();
    expect((await held())?.heldUntil).toBeInstanceOf(Date);
    const watching = command({ asOf: '2026-01-30', releaseSchedule: true });
    await vi.waitFor(async () => expect((await held())?.heldUntil).toBeNull(), 20_000);
    const [run] = await RunModel.find().sort({ runSeq: -1 }).limit(1).lean();
    expect(run).toMatchObject({ input: { asOf: '2026-01-30' }, status: 'running' });
    worker = await startWorker({ env, catalogue });
    expect((await watching).code).toBe(0);
  });

  it('begins a run, watches it to its end and shows what came of it', async () => {
    const first = await command({ asOf: '2026-01-31', backfill: true });
    expect(first.code).toBe(0);
    expect(first.text).toMatch(/^Run m-\w+ has begun\.\n/);
    expect(first.text).toMatch(/completed, as of 2026-01-31, balanced/);
    expect(first.text).toMatch(/│\s+40 │\s+40 │\s+0 │\s+0 │/);
  });

  it('shows the last run of users without beginning another', async () => {
    const newest = await RunModel.findOne().sort({ runSeq: -1 }).lean();
    const runSeq = (newest?.runSeq ?? 0) + 1;
    const { request: _request, ...like } = newest ?? {};
    await RunModel.create({ ...like, _id: 'm-of-services', kind: 'service-sync', runSeq });
    const shown = await command({ last: true });
    await RunModel.deleteOne({ _id: 'm-of-services' });
    expect(shown.code).toBe(0);
    expect(shown.text).toContain(`Run ${newest?._id}: completed, as of 2026-01-31`);
  });

  it('shows the customers of each segment, where there are any', async () => {
    await UserSummaryModel.deleteMany({});
    expect((await command({ last: true })).text).not.toContain('customers');
    await UserSummaryModel.insertMany(
      ['new', 'loyal', 'loyal'].map((segment) => ({
        ...{ userId: new mongoose.Types.ObjectId(), asOf: '2026-01-31', runSeq: 1 },
        ...{ frequency: 0, recencyWeeks: 0, ageWeeks: 0, monetary: 0, totalSpend: 0 },
        ...{ pAlive: null, segment, firstPurchaseAt: null, lastPurchaseAt: null, purchases: 0 },
      })),
    );
    const { text } = await command({ last: true });
    expect(text).toMatch(/customers │\s+1 │\s+0 │\s+2 │/);
  });

  it('shows a warning without letting it command the terminal', async () => {
    const last = await client.lastRun();
    await RunModel.updateOne(
      { _id: last?.runId ?? '' },
      { $push: { warnings: 'a\u001b[2Jb\u202ec' } },
    );
    const { text } = await command({ last: true });
    expect(text).toContain('Warning: a\\u001b[2Jb\\u202ec\n');
  });

  it('leaves a run to itself when asked to', async () => {
    const { code, text } = await command({ watch: false });
    expect(code).toBe(0);
    const runId = /^Run (m-\w+) has begun\.\n$/.exec(text)?.[1] ?? '';
    await vi.waitFor(
      async () => expect((await client.run(runId)).status).toBe('completed'),
      20_000,
    );
  });
});
