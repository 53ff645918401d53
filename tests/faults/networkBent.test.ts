import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { parseSettings } from '../../server/config/env.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { type Deployment, type Settings, useDeployment } from '../e2e/deployment.ts';
import type { AcceptedRun } from './acceptedRuns.ts';
import { type BentNetwork, bentNetwork } from './bentNetwork.ts';
import { QUICK } from './faultSettings.ts';
import { jobsEverAdded, ownConnection } from './redisOfDeployment.ts';
import { underLoad } from './underLoad.ts';

const bounds = { lost: 0, twice: 0, doubled: 0 };

/** A deployment and the network between it and its Redis. */
function useBentNetwork(settings: Settings): {
  deployment: Deployment;
  network: () => BentNetwork;
} {
  let network: BentNetwork;
  const deployment = useDeployment({
    users: 2_000,
    settings,
    async redisAddress(redis, folder, cleanUps) {
      network = await bentNetwork(redis.port, folder, cleanUps);
      return { REDIS_URL: `redis://127.0.0.1:${network.port}` };
    },
  });
  return { deployment, network: () => network };
}

/** Resets connections after the request has come to Redis, before its reply comes back. */
function resets(network: BentNetwork, toxicity: number): Promise<() => Promise<void>> {
  return network.bend({
    type: 'reset_peer',
    stream: 'downstream',
    toxicity,
    attributes: { timeout: 0 },
  });
}

/** How often the processes have said that a connection to Redis broke. */
async function connectionsBroken({ pm2 }: Deployment): Promise<number> {
  return (await pm2.appLogs()).split('Redis connection closed').length - 1;
}

function distinctJobs(runs: readonly AcceptedRun[]): number {
  return runs.reduce((sum, { jobIds }) => sum + jobIds.length, 0);
}

describe('resets', () => {
  const TIMES = 20;
  // So far apart that few jobs are met twice: the start whose reply is lost is a crash to BullMQ, and
  // after two of them a job has to wait its turn.
  const APART_MS = 2_000;
  // Replies take their time, so that there is always one that a reset can take away.
  const REPLY_MS = 100;
  /** More than a canary or two. */
  const LOST_AT_LEAST = 10;
  const { deployment, network } = useBentNetwork(QUICK);

  it('4 connections reset after the request, before the reply', async (context) => {
    const load = await underLoad(context, deployment, {
      expected: 'the same ids, L = R = 0',
      bounds,
      // The late replies hold a job's place besides.
      jobMs: 200,
    });
    const redis = ownConnection(deployment.redis);
    const before = await connectionsBroken(deployment);
    const hasten = await network().bend({
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: REPLY_MS },
    });
    for (let times = 0; times < TIMES; times += 1) {
      const noticed = await connectionsBroken(deployment);
      const mend = await resets(network(), 1);
      await waitUntil(async () => (await connectionsBroken(deployment)) > noticed, {
        timeoutMs: 5_000,
        intervalMs: 20,
        what: 'a process to notice the reset',
      });
      await mend();
      await wait(APART_MS);
    }
    await hasten();
    const row = await load.settle();
    const again = (await jobsEverAdded(redis)) - distinctJobs(load.stream.accepted);
    const broken = (await connectionsBroken(deployment)) - before;
    const { probed } = load.probe;
    const unavailable = probed.filter(({ status }) => status === 503).length;
    row.seen =
      `${broken} broken connections noticed in ${TIMES} resets, ` +
      `${unavailable} of ${probed.length} probes answered 503, ${again} jobs handed over once more`;
    expect(again, 'jobs whose reply was lost').toBeGreaterThan(LOST_AT_LEAST);
    expect(broken).toBeGreaterThanOrEqual(TIMES);
    expect(unavailable).toBeGreaterThan(0);
    load.probe.expectServedOrUnavailable();
    expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  });
});

describe.each([
  {
    name: 'latency',
    // A round trip takes 600 ms here, which is the default's end of every command.
    settings: { REDIS_COMMAND_TIMEOUT_MS: '2000' },
    expected:
      'with REDIS_COMMAND_TIMEOUT_MS=2000, for a round trip of 600 ms: the same ids, L = R = 0',
    serves: true,
  },
  {
    name: 'latency beyond the command timeout',
    settings: {},
    expected: 'with the command timeout as it is, 600 ms: refused with 503, L = R = 0',
    serves: false,
  },
])('$name', ({ settings, expected, serves }) => {
  const LATENCY_MS = 300;
  const MINUTE_MS = 60_000;
  const RESET = 0.01;
  // Toxiproxy draws once a connection, which then breaks at its next reply: drawn anew about as
  // often as replies come, it is one reply in a hundred.
  const DRAWN_ANEW_MS = 50;
  const BROKEN_AT_LEAST = 3;
  const { deployment, network } = useBentNetwork({ ...QUICK, ...settings });
  const { REDIS_COMMAND_TIMEOUT_MS: timeoutMs } = parseSettings({ ...QUICK, ...settings });

  it(`4 300 ms latency each way with 1 % resets for a minute, commands ended after ${timeoutMs} ms`, async (context) => {
    const load = await underLoad(context, deployment, {
      expected,
      bounds,
      // A job's two or three round trips hold its place far longer than its work: no more than this
      // is what two workers can do.
      pace: { usersPerRun: 5, intervalMs: 500 },
      // A command may take its own time-out here, and a refusal follows it.
      posts: { refusedWithinMs: 1_000 + timeoutMs },
    });
    const before = await connectionsBroken(deployment);
    const latency = (stream: 'upstream' | 'downstream') =>
      network().bend({ type: 'latency', stream, toxicity: 1, attributes: { latency: LATENCY_MS } });
    const mends = [await latency('upstream'), await latency('downstream')];
    const answered = load.stream.answers.length;
    const until = Date.now() + MINUTE_MS;
    const broken = async () => (await connectionsBroken(deployment)) - before;
    // By chance hardly any may have broken in the minute.
    while (Date.now() < until || (await broken()) < BROKEN_AT_LEAST) {
      const mend = await resets(network(), RESET);
      await wait(DRAWN_ANEW_MS);
      await mend();
    }
    const meanwhile = load.stream.answers.slice(answered);
    for (const mend of mends) await mend();
    const row = await load.settle();
    const accepted = meanwhile.filter(({ status }) => status === 202).length;
    row.seen =
      `${accepted} of ${meanwhile.length} requests accepted meanwhile, ` +
      `${await broken()} broken connections noticed`;
    if (serves) expect(accepted).toBeGreaterThan(0);
    else expect(meanwhile.length - accepted, 'requests refused').toBeGreaterThan(0);
    expect(load.probe.probed.filter(({ status }) => ![200, 503].includes(status))).toEqual([]);
    expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
  });
});
