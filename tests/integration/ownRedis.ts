import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { killableRedis } from '../../scripts/services/testServices.mjs';
import { type Killable, startKillable } from '../e2e/killable.ts';

/** A Redis of one suite alone, which it may kill, fill or turn into a replica. */
export interface OwnRedis {
  readonly port: number;
  /** While the suite's tests run. */
  readonly server: Killable;
}

/** Starts it before the suite's tests, and removes every trace of it after them. */
export async function useOwnRedis(): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-own-redis-'));
  const dir = join(folder, 'redis');
  const service = await killableRedis({ dir });
  let server: Killable | undefined;
  beforeAll(async () => {
    server = await startKillable(service, dir);
  });
  afterAll(async () => {
    await server?.kill();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    port: service.port,
    get server() {
      if (server === undefined) throw new Error('The suite’s Redis has not been started.');
      return server;
    },
  };
}
