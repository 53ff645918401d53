import { expect, it } from 'vitest';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { type RedisCluster, startRedisCluster } from './redisCluster.ts';
import { QUEUE } from './redisOfDeployment.ts';
import { underLoad } from './underLoad.ts';

let cluster: RedisCluster;
const deployment = useDeployment({
  users: 2_000,
  settings: QUICK,
  async redisAddress(_, folder, cleanUps) {
    cluster = await startRedisCluster(folder, cleanUps);
    return cluster.settings;
  },
});

it('10 Cluster: the master that has the queue killed', async (context) => {
  const load = await underLoad(context, deployment, {
    expected: 'no CROSSSLOT, workers resume, from the kill on L = 0',
    bounds: { lost: 0, twice: 0, doubled: 0 },
    // From the kill on, its discovery included.
    posts: { acceptedWithinS: 10 },
    allWorkersResume: true,
    redisAtEnd: () => cluster.masterOf(QUEUE),
  });
  const master = await cluster.masterOf(QUEUE);
  await master.kill();
  const row = await load.settle();
  const successor = await cluster.masterOf(QUEUE);
  expect(successor.id).not.toBe(master.id);
  expect(row.firstS).not.toBeNull();
  const logs = await deployment.pm2.appLogs();
  expect(logs).toContain('Worker ready');
  expect(logs).not.toMatch(/CROSSSLOT|same slot|MaxListenersExceededWarning/);
  load.probe.expectServedOrUnavailable();
});
