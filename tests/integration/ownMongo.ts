import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningService, startService } from '../../scripts/services/children.mjs';
import { killableStorage } from '../../scripts/services/testServices.mjs';

/** A MongoDB of one suite alone, whose storage it may take away from beneath the server. */
export interface OwnMongo {
  readonly port: number;
  /** Ends the storage at once, as a crash does. */
  stopStorage(): Promise<void>;
  /** Settles when the storage takes connections; it may still be recovering. */
  startStorage(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startOwnMongo(): Promise<OwnMongo> {
  const dir = await mkdtemp(join(tmpdir(), 'hourwork-own-mongo-'));
  const { storage, server, port } = await killableStorage({ dir });
  const logFile = join(dir, 'mongo.log');
  let stored = await startService(storage, { logFile });
  let served: RunningService | undefined;
  if (server !== undefined) served = await startService(server, { logFile });
  return {
    port,
    stopStorage: () => stored.stop('SIGQUIT'),
    async startStorage() {
      stored = await startService(storage, { logFile });
    },
    async close() {
      await served?.stop('SIGKILL');
      await stored.stop('SIGQUIT');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
