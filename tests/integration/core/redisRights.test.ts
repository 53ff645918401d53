import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { admissionTo } from '../../../server/composition/admissionTo.ts';
import { startConsuming } from '../../../server/composition/consuming.ts';
import { ShutdownList } from '../../../server/composition/shutdown.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { WorkerModel } from '../../../server/models/system/WorkerModel.ts';
import {
  userDataJob,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { openQueues } from '../../../server/Services/BackgroundJobs/queues/queueManager.ts';
import { aclLine, missingRights } from '../../../server/Services/BackgroundJobs/queues/rights.ts';
import { useOwnRedis } from '../ownRedis.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';
import { ADMITTED } from './testWorker.ts';

const own = await useOwnRedis();
const admin = new Redis({ port: own.port, lazyConnect: true });
beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

const installation = useInstallation({ REDIS_URL: `redis://127.0.0.1:${own.port}` });
const { env: ofAdmin, producer } = installation;
const { QUEUE_PREFIX: prefix } = ofAdmin;

/** Makes a user of these rights; the settings of a process that goes by it. */
async function userWith(...rights: string[]) {
  const name = `user-${randomUUID().slice(0, 8)}`;
  const setUser = (...rules: string[]) => admin.call('ACL', 'SETUSER', name, ...rules);
  await setUser('on', '>secret', ...rights);
  onTestFinished(async () => void (await admin.call('ACL', 'DELUSER', name)));
  const env = { ...ofAdmin, REDIS_URL: `redis://${name}:secret@127.0.0.1:${own.port}` };
  return { env, setUser };
}

/** A whole worker; what it logs, and how to stop it. */
function consume(env: typeof ofAdmin, { admitted = false } = {}) {
  const lines: LogLine[] = [];
  const logger = recordingLogger(lines);
  const redis = connectRedis(env, 'worker', logger);
  const shutdown = new ShutdownList(logger);
  shutdown.add('Redis', async () => redis.disconnect());
  const admission = admitted ? ADMITTED : admissionTo(redis, env, logger);
  shutdown.add('admission', async () => admission.stop());
  const work = async () => 'done';
  const loaded = [{ queue: userDataJob.queue, jobs: [{ definition: userDataJob, work }] }];
  const registered = startConsuming({
    ...{ env, loaded, failed: [], redis, admission, logger, shutdown },
  });
  onTestFinished(() => shutdown.stop());
  const refusals = () =>
    lines.filter(({ fields }) => fields.code === 'REDIS_PERMISSION_DENIED').map((l) => l.message);
  return { lines, refusals, registered, admission, stop: () => shutdown.stop() };
}

async function oneJob(): Promise<string> {
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await producer.enqueueUser(userId);
  return userDataJobId(runId, userId);
}

/** How many commands Redis was asked for within two seconds. */
async function commandsInTwoSeconds(): Promise<number> {
  const processed = async () =>
    Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1]);
  const before = await processed();
  return new Promise((resolve, reject) => {
    setTimeout(() => processed().then((now) => resolve(now - before), reject), 2_000);
  });
}

describe('the rights of a user', () => {
  it.each<[string, string[], string[]]>([
    ['INFO is dangerous', [`~${prefix}:*`, '+@all', '-@dangerous'], ['+info']],
    [
      'it may not run scripts',
      [`~${prefix}:*`, '+@all', '-eval', '-evalsha'],
      ['+eval', '+evalsha'],
    ],
    ['it may not use the keys', ['~other:*', '+@all'], [`~${prefix}:*`]],
    ['it may have no transactions', [`~${prefix}:*`, '+@all', '-multi'], ['+multi']],
  ])('are told that are missing when %s', async (_, rights, missing) => {
    const { env } = await userWith(...rights);
    const redis = connectRedis(env, 'producer', recordingLogger([]));
    onTestFinished(async () => redis.disconnect());
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    const before = await admin.dbsize();
    expect(await missingRights(redis, prefix)).toEqual(missing);
    expect(await admin.dbsize(), 'nothing is done').toBe(before);
  });

  it('suffice with the line that the documentation gives, through a whole run', async () => {
    const [, , , ...rights] = aclLine(prefix).replace('>PASSWORD', '>secret').split(' ');
    const { env } = await userWith(...rights);
    const redis = connectRedis(env, 'producer', recordingLogger([]));
    onTestFinished(async () => redis.disconnect());
    await vi.waitFor(() => expect(redis.status).toBe('ready'));
    expect(await missingRights(redis, prefix)).toEqual([]);
    const worker = consume(env);
    const jobs = await Promise.all([oneJob(), oneJob(), oneJob()]);
    for (const jobId of jobs) await installation.jobIn('completed', jobId);
    await worker.stop();
    expect(worker.lines.filter(({ level }) => level !== 'info' && level !== 'debug')).toEqual([]);
  });
});

it('a worker that may not use INFO says so once, takes nothing, and begins when it may', async () => {
  const { env, setUser } = await userWith(`~${prefix}:*`, '+@all', '-@dangerous');
  const jobId = await oneJob();
  const worker = consume(env);
  await vi.waitFor(() => expect(worker.refusals()).toHaveLength(1), 10_000);
  expect(worker.refusals()).toEqual([expect.stringContaining('missing +info')]);
  expect(worker.admission.refusal()).toMatchObject({ code: 'REDIS_PERMISSION_DENIED' });
  const failed = [{ queue: 'user-data', reason: expect.stringContaining('+info') }];
  expect(worker.registered()).toEqual({ queues: [], failed });
  const heartbeat = () => WorkerModel.findOne({ farewellAt: null }).sort({ startedAt: -1 }).lean();
  await vi.waitFor(async () => expect(await heartbeat()).toMatchObject({ queues: [] }), 10_000);
  // As fast as it can would be thousands.
  expect(await commandsInTwoSeconds()).toBeLessThan(500);
  expect(worker.lines.length).toBeLessThan(10);

  await setUser('+info');
  expect(await installation.jobIn('completed', jobId)).toMatchObject({ attempts: 1, starts: 1 });
  expect(worker.registered()).toEqual({ queues: ['user-data'], failed: [] });
});

it('a worker that loses a right in the middle waits for it, and stops at once when it is told', async () => {
  const { env, setUser } = await userWith(`~${prefix}:*`, '+@all');
  const worker = consume(env);
  await installation.jobIn('completed', await oneJob());
  await setUser('-evalsha', '-eval');
  await vi.waitFor(() => expect(worker.refusals()).toHaveLength(1), 15_000);
  expect(await commandsInTwoSeconds()).toBeLessThan(500);
  await setUser('+evalsha', '+eval');
  await installation.jobIn('completed', await oneJob());
  await setUser('-evalsha', '-eval');
  await vi.waitFor(() => expect(worker.refusals()).toHaveLength(2), 15_000);
  const began = Date.now();
  await worker.stop();
  expect(Date.now() - began).toBeLessThan(env.SHUTDOWN_GRACE_MS + 4_000);
});

it('a worker to which BullMQ’s first command was refused takes jobs once it is allowed', async () => {
  const { env, setUser } = await userWith(`~${prefix}:*`, '+@all', '-info');
  const worker = consume(env, { admitted: true });
  const suspended = () => worker.lines.filter(({ message }) => message.startsWith('A dependency'));
  await vi.waitFor(() => expect(suspended().length).toBeGreaterThan(0), 10_000);
  expect(await commandsInTwoSeconds()).toBeLessThan(500);
  await setUser('+info');
  await installation.jobIn('completed', await oneJob());
});

it('a queue without the rights says which, and is asked for nothing', async () => {
  const { env } = await userWith(`~${prefix}:*`, '+@all', '-@dangerous');
  const lines: LogLine[] = [];
  const redis = connectRedis(env, 'producer', recordingLogger(lines));
  const admission = admissionTo(redis, env, recordingLogger(lines));
  onTestFinished(async () => {
    admission.stop();
    redis.disconnect();
  });
  const queues = openQueues([userDataJob], env, redis, admission);
  await vi.waitFor(() => expect(admission.refusal()?.code).toBe('REDIS_PERMISSION_DENIED'));
  await expect(queues.queue('user-data').requireRoom()).rejects.toMatchObject({
    code: 'REDIS_PERMISSION_DENIED',
    message: expect.stringContaining('+info'),
  });
  expect(await queues.getAllQueueStats()).toMatchObject([{ numbers: null, redis: 'refusing' }]);
  await queues.closeAll();
});
