import { beforeEach, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import type { Answer } from './apiClient.ts';
import { type BalanceWatch, watchBalance } from './balanceWatch.ts';
import { useDeployment } from './deployment.ts';

const deployment = useDeployment({ users: 2_200 });
beforeEach(() => deployment.pace(0));

/** A run, watched, that has come a good way but not near its end. */
async function midRun(): Promise<{ runId: string; watch: BalanceWatch }> {
  await deployment.pace(200);
  const runId = await deployment.beginRun();
  const watch = watchBalance(deployment.api, runId);
  await deployment.whenExecuted(runId, 200);
  return { runId, watch };
}

async function firstOnline(name: string): Promise<number> {
  const [first] = await deployment.pm2.online(name);
  if (first === undefined) throw new Error(`No ${name} is online.`);
  return first.pid;
}

function expectUnavailable(answers: readonly Answer[]): void {
  for (const { status, ms } of answers) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(1_000);
  }
}

it('a worker', async () => {
  const { runId, watch } = await midRun();
  process.kill(await firstOnline('worker'), 'SIGKILL');
  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  await watch.stop();
  // What the worker had at work is done a second time, and nothing else.
  const { total } = await deployment.executions(runId);
  expect(total - deployment.users).toBeLessThanOrEqual(10);
  expect(await deployment.pm2.online('worker')).toHaveLength(2);
});

it.each([
  ['comes back with its data', async () => undefined],
  ['comes back empty', () => deployment.redis.wipe()],
])('Redis, which %s', async (_how, meanwhile) => {
  const { api, redis } = deployment;
  const { runId, watch } = await midRun();
  await redis.kill();
  await deployment.whenReady('degraded');
  expectUnavailable([
    await api.post('/app/job-status/runs'),
    await api.get('/app/job-status/queue/stats'),
  ]);
  await meanwhile();
  await redis.start();
  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  await watch.stop();
  await deployment.whenReady('ok');
});

it('MongoDB', async () => {
  const { api, mongo } = deployment;
  const { runId, watch } = await midRun();
  await mongo.kill();
  await deployment.whenReady('down');
  expectUnavailable([
    await api.get(`/app/job-status/runs/${runId}`),
    await api.post('/app/job-status/runs'),
    await api.get('/app/job-status/queue/stats'),
  ]);
  await mongo.start();
  await deployment.pace(0);
  await deployment.expectAllDone(runId);
  await watch.stop({ unavailable: true });
  await deployment.whenReady('ok');
  // An outage costs no attempt.
  expect(await JobStatusModel.find({ runId, attempts: { $ne: 1 } }).lean()).toEqual([]);
});

it('the API while it enumerates: the run is resumed, and each user has one job', async () => {
  const runId = await deployment.beginRun();
  const watch = watchBalance(deployment.api, runId);
  const pid = await firstOnline('api-server');
  await waitUntil(async () => (await deployment.run(runId)).enumerated > 0, {
    timeoutMs: 30_000,
    intervalMs: 10,
    what: 'the first page',
  });
  process.kill(pid, 'SIGKILL');
  const { status, enumerated } = await deployment.run(runId);
  expect(status).toBe('enumerating');
  expect(enumerated).toBeLessThan(deployment.users);

  await deployment.expectAllDone(runId);
  await watch.stop({ unanswered: true });
  expect(await JobStatusModel.countDocuments({ runId })).toBe(deployment.users);
  expect((await deployment.executions(runId)).total).toBe(deployment.users);
});
