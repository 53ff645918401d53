import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { makeRun } from '../integration/http/records.ts';
import type { PostUnanswered, RunStream } from './acceptedRuns.ts';
import { QUICK } from './faultSettings.ts';
import { followRun } from './followers.ts';
import { executedAgain } from './jobsAtWork.ts';
import { steadyClients } from './steadyClients.ts';
import { underLoad } from './underLoad.ts';

const settings = { ...QUICK, WORKER_INSTANCES: '7', WORKER_CONCURRENCY: '3' };
const deployment = useDeployment({ users: 2_000, settings });
const expectation = {
  expected: 'L = X = 0, no SIGKILL',
  bounds: { lost: 0, twice: 0, doubled: 0 },
};

/** A run that is open for as long as this takes, and makes no work: its producer never goes on. */
const FOLLOWED: Parameters<typeof makeRun>[0] = {
  _id: 'm-followed',
  runSeq: 1_000_000,
  status: 'enumerating',
  lease: { token: 'nobody’s', expiresAt: new Date(Date.now() + 3_600_000) },
};

/** Nobody had to be killed, and nothing had to be done again. */
async function expectInOrder(mark: number): Promise<void> {
  expect(await deployment.pm2.log(mark)).not.toContain('SIGKILL');
  expect(await executedAgain()).toEqual([]);
}

/** Requests of the stream that had no answer twice in a row. */
function sentTwiceInVain({ unanswered, answers }: RunStream): readonly PostUnanswered[] {
  return unanswered.filter((each, position) => {
    const before = unanswered[position - 1];
    if (before === undefined) return false;
    return !answers.some(({ sentAt }) => sentAt >= before.endedAt && sentAt < each.sentAt);
  });
}

/** Requests without an answer that had begun their run: they were cut, not closed idle. */
async function cutAtWork({ unanswered }: RunStream): Promise<string[]> {
  const begun = await RunModel.find(
    { 'request.key': { $in: unanswered.map(({ key }) => key) } },
    { request: 1, startedAt: 1 },
  ).lean();
  return unanswered.flatMap(({ key, endedAt }) => {
    const run = begun.find(({ request }) => request?.key === key);
    return run !== undefined && run.startedAt.getTime() < endedAt ? [run._id] : [];
  });
}

it('13 pm2 reload worker under load', async (context) => {
  const load = await underLoad(context, deployment, expectation);
  const mark = await deployment.pm2.logMark();
  const before = await deployment.pm2.online('worker');
  await deployment.pm2.run('reload', 'worker');
  const after = new Set((await deployment.pm2.online('worker')).map(({ pid }) => pid));
  expect(before.filter(({ pid }) => after.has(pid))).toEqual([]);
  await load.settle();
  await expectInOrder(mark);
  load.probe.expectServedOrUnavailable();
});

it('13 pm2 scale worker 7 → 2 → 7 under load', async (context) => {
  const { pm2 } = deployment;
  const load = await underLoad(context, deployment, expectation);
  const mark = await pm2.logMark();
  for (const instances of [2, 7]) {
    await pm2.run('scale', 'worker', String(instances));
    expect(await pm2.online('worker')).toHaveLength(instances);
    await wait(2_000);
  }
  // What two workers could not do meanwhile.
  await deployment.pace(200);
  await load.settle();
  await expectInOrder(mark);
  load.probe.expectServedOrUnavailable();
});

it('13 pm2 reload api-server, in cluster mode, under HTTP load', async (context) => {
  const { api, pm2 } = deployment;
  const load = await underLoad(context, deployment, {
    ...expectation,
    expected: 'no failed request, but one safe retry on a closed connection; L = X = 0, no SIGKILL',
    posts: { mayCloseIdle: true },
  });
  const mark = await pm2.logMark();
  await makeRun(FOLLOWED);
  const followers = followRun(api, FOLLOWED._id);
  const clients = steadyClients(api, '/app/job-status/runs?limit=1');
  for (let reloads = 0; reloads < 3; reloads += 1) {
    await clients.whenAnswered(20);
    await followers.whenOpen();
    await pm2.run('reload', 'api-server');
  }
  await clients.whenAnswered(20);
  await followers.whenOpen();
  await Promise.all([clients.stop(), followers.stop()]);
  const row = await load.settle();
  const retried = clients.retried.length + load.stream.unanswered.length;
  row.seen =
    `${clients.answers.length} requests in 3 reloads, ${retried} sent once more; ` +
    `${followers.ends.length} streams of events ended in order and begun again`;
  expect(followers.refused).toEqual([]);
  // Each of them in each reload; one that asks a process that stops already is ended once more.
  expect(followers.ends.filter((end) => end !== 'in order')).toEqual([]);
  expect(followers.ends.length).toBeGreaterThanOrEqual(9);
  expect(clients.answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(sentTwiceInVain(load.stream), 'sent once more, and again without an answer').toEqual([]);
  expect(await cutAtWork(load.stream), 'cut after they had begun their run').toEqual([]);
  expect(load.stream.answers.filter(({ status }) => status !== 202)).toEqual([]);
  await expectInOrder(mark);
  load.probe.expectServedOrUnavailable({ mayCloseIdle: true });
});
