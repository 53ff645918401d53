import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startConsuming } from '../../../server/composition/consuming.ts';
import { ShutdownList } from '../../../server/composition/shutdown.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import {
  userDataJob,
  userDataJobId,
} from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { useOwnRedis } from '../ownRedis.ts';
import { type LogLine, recordingLogger } from '../recordingLogger.ts';
import { useInstallation } from './installation.ts';
import { ADMITTED } from './testWorker.ts';

const own = await useOwnRedis();
const admin = new Redis({ port: own.port, lazyConnect: true });
beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

const installation = useInstallation({
  REDIS_URL: `redis://127.0.0.1:${own.port}`,
  // Longer than the refusals: what is held here is not the lock.
  WORKER_LOCK_MS: '60000',
  WORKER_STALLED_CHECK_MS: '600000',
});
const { env, queue, producer } = installation;

/** A whole worker; what it logs, and how to stop it. */
function consume(work: () => Promise<unknown>) {
  const lines: LogLine[] = [];
  const logger = recordingLogger(lines);
  const redis = connectRedis(env, 'worker', logger);
  const shutdown = new ShutdownList(logger);
  shutdown.add('Redis', async () => redis.disconnect());
  const loaded = [{ queue: userDataJob.queue, jobs: [{ definition: userDataJob, work }] }];
  startConsuming({ env, loaded, failed: [], redis, admission: ADMITTED, logger, shutdown });
  return { lines, stop: () => shutdown.stop() };
}

/** How many scripts Redis was asked to run until now, refused ones too. */
async function scriptCalls(): Promise<number> {
  const stats = await admin.info('commandstats');
  const counts = [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)];
  return counts.reduce((sum, [, calls]) => sum + Number(calls), 0);
}

it('a worker whose Redis takes no writes asks it now and then, and goes on when it does', async () => {
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await producer.enqueueUser(userId);
  await admin.config('SET', 'min-replicas-to-write', '1');
  const worker = consume(async () => 'done');
  const refused = () => worker.lines.filter(({ message }) => message.startsWith('A dependency is'));
  await vi.waitFor(() => expect(refused()).toHaveLength(1), { timeout: 10_000 });
  const before = await scriptCalls();
  const asked = await new Promise<number>((resolve, reject) => {
    setTimeout(() => scriptCalls().then((calls) => resolve(calls - before), reject), 2_000);
  });
  // As fast as it can would be thousands.
  expect(asked).toBeLessThan(100);
  expect(refused()).toHaveLength(1);

  await admin.config('SET', 'min-replicas-to-write', '0');
  const job = await installation.jobIn('completed', userDataJobId(runId, userId));
  expect(job).toMatchObject({ attempts: 1, starts: 1 });
  await worker.stop();
});

it('an outcome that a read-only Redis refuses is no failed attempt', async () => {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let executions = 0;
  const worker = consume(async () => {
    executions += 1;
    await ended;
    return 'done';
  });
  const [userId = ''] = await installation.makeUsers(1);
  const { runId } = await producer.enqueueUser(userId);
  await vi.waitFor(() => expect(executions).toBe(1), { timeout: 10_000 });
  // A replica of nobody: it keeps its data and takes no writes, as a master after a failover.
  await admin.replicaof('127.0.0.1', '1');
  end();
  const closed = () => worker.lines.filter(({ message }) => message === 'Redis connection closed');
  await vi.waitFor(() => expect(closed().length).toBeGreaterThan(2), { timeout: 10_000 });
  const before = closed().length;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  // Asked less and less often: at the first delay it would be forty times.
  expect(closed().length - before).toBeLessThan(20);
  await admin.replicaof('NO', 'ONE');
  const job = await installation.jobIn('completed', userDataJobId(runId, userId));
  expect(job).toMatchObject({ attempts: 1, starts: 1, error: null });
  expect(await queue.places([userDataJobId(runId, userId)])).toEqual(['completed']);
  await worker.stop();
});
