import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { killableMongo } from '../../scripts/services/testServices.mjs';
import { type Killable, startKillable } from '../e2e/killable.ts';

/** A MongoDB of one suite alone, which it may kill and start again. */
export interface OwnKillableMongo {
  /** Without a database. */
  readonly url: string;
  readonly server: Killable;
}

/** Starts it at once, because what else a suite sets up needs it, and removes every trace of it after the tests. */
export async function useOwnKillableMongo(): Promise<OwnKillableMongo> {
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-own-mongo-'));
  const dir = join(folder, 'mongo');
  const service = await killableMongo({ dir });
  const server = await startKillable(service, dir);
  afterAll(async () => {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  });
  return { url: `mongodb://127.0.0.1:${service.port}`, server };
}
