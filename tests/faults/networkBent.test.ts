import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { type BentNetwork, bentNetwork } from './bentNetwork.ts';
import { QUICK } from './faultSettings.ts';
import { underLoad } from './underLoad.ts';

const LATENCY_MS = 300;
const TIMES = 20;
const MINUTE_MS = 60_000;

let network: BentNetwork;
const deployment = useDeployment({
  users: 2_000,
  // A round trip takes 600 ms here, which would be the default's end of every command.
  settings: { ...QUICK, REDIS_COMMAND_TIMEOUT_MS: '2000' },
  async redisAddress(redis, folder, cleanUps) {
    network = await bentNetwork(redis.port, folder, cleanUps);
    return { REDIS_URL: `redis://127.0.0.1:${network.port}` };
  },
});

/** After the request has come to Redis, before its reply comes back. */
const resets = (toxicity: number) =>
  network.bend({
    type: 'reset_peer',
    stream: 'downstream',
    toxicity,
    attributes: { timeout: 0 },
  });

it('4 connections reset after the request, before the reply', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'the same ids, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  for (let times = 0; times < TIMES; times += 1) {
    const mend = await resets(1);
    await wait(300);
    await mend();
    await wait(700);
  }
  const row = await load.settle();
  const unavailable = load.probe.probed.filter(({ status }) => status === 503).length;
  row.seen = `${TIMES} resets, ${unavailable} of ${load.probe.probed.length} probes answered 503`;
  expect(unavailable).toBeGreaterThan(0);
  load.probe.expectServedOrUnavailable();
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
});

it('4 300 ms latency each way with 1 % resets for a minute', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'the same ids, L = R = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
  });
  const latency = (stream: 'upstream' | 'downstream') =>
    network.bend({ type: 'latency', stream, toxicity: 1, attributes: { latency: LATENCY_MS } });
  const mends = [await latency('upstream'), await latency('downstream')];
  const accepted = load.stream.accepted.length;
  const until = Date.now() + MINUTE_MS;
  while (Date.now() < until) {
    const mend = await resets(0.01);
    await wait(200);
    await mend();
  }
  for (const mend of mends) await mend();
  const meanwhile = load.stream.accepted.length - accepted;
  const row = await load.settle();
  row.seen = `${meanwhile} runs accepted meanwhile`;
  expect(meanwhile).toBeGreaterThan(0);
  expect(load.probe.probed.filter(({ status }) => ![200, 503].includes(status))).toEqual([]);
  expect(await JobStatusModel.countDocuments({ status: 'failed' })).toBe(0);
});
