import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { CleanUp } from '../e2e/deployment.ts';
import { type RedisCluster, startRedisCluster } from '../faults/redisCluster.ts';

/** A Redis Cluster of one suite alone, started now; every trace of it is removed after the suite's tests. */
export async function useOwnCluster(): Promise<RedisCluster> {
  const cleanUps: CleanUp[] = [];
  afterAll(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-cluster-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return startRedisCluster(folder, cleanUps);
}
