import { expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { jobIdsIn, ownConnection } from './redisOfDeployment.ts';
import { type RedisBySentinel, startRedisBySentinel } from './redisSentinel.ts';
import { underLoad } from './underLoad.ts';

/** Runs accepted while only the master has them. */
const RUNS_AT_RISK = 10;
/** From the kill on, its discovery included. */
const FAILOVER = { acceptedWithinS: 10 };

let servers: RedisBySentinel;
const deployment = useDeployment({
  users: 2_000,
  settings: QUICK,
  async redisAddress(_, folder, cleanUps) {
    servers = await startRedisBySentinel(folder, cleanUps);
    return servers.settings;
  },
});

it('7 Sentinel: the master killed', async (context) => {
  const { master, replicas } = await servers.whole();
  const load = await underLoad(context, deployment, {
    expected: 'from the kill on, its discovery included: L = 0, S ≤ 10',
    bounds: { lost: 0, twice: 0, doubled: 0, settledS: 10 },
    posts: FAILOVER,
    redisAtEnd: async () => servers.promotedOf(replicas),
  });
  await master.kill();
  await load.settle();
  load.probe.expectServedOrUnavailable();
});

it('7 Sentinel: the master killed, its replicas frozen and cut off before', async (context) => {
  const { master, replicas } = await servers.whole();
  const load = await underLoad(context, deployment, {
    expected: 'L = 0 by the outbox',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    // What began and ended on the old master alone waits on the new one as if it never had.
    forgetsStarts: true,
    posts: FAILOVER,
    redisAtEnd: async () => servers.promotedOf(replicas),
  });
  const redis = ownConnection(master);
  for (const replica of replicas) replica.freeze();
  // What is under way to a frozen process still reaches it when it wakes, but not what comes now.
  await redis.call('CLIENT', 'KILL', 'TYPE', 'replica');
  const before = load.stream.accepted.length;
  await waitUntil(async () => load.stream.accepted.length >= before + RUNS_AT_RISK, {
    timeoutMs: 30_000,
    what: `${RUNS_AT_RISK} runs accepted by the master alone`,
  });
  const acknowledged = await jobIdsIn(redis);
  await master.kill();
  for (const replica of replicas) replica.wake();
  const promoted = await servers.promotedOf(replicas);
  const there = new Set(await jobIdsIn(ownConnection(promoted)));
  const raw = acknowledged.filter((jobId) => !there.has(jobId)).length;

  const row = await load.settle();
  row.seen = `${raw} of ${acknowledged.length} jobs that the old master held were not on the new one`;
  expect(raw).toBeGreaterThan(0);
  load.probe.expectServedOrUnavailable();
});
