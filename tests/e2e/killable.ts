import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startService } from '../../scripts/services/children.mjs';
import type { ServiceProcess } from '../../scripts/services/serviceProcess.mjs';

/** A server of the test's own that it may kill and start again on the same port. */
export interface Killable {
  readonly port: number;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again with what it had on disk; settles when it serves. More arguments last until
   * the next start. */
  start(moreArgs?: readonly string[]): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  wake(): void;
  /** Removes what it had on disk, while it is down. */
  wipe(): Promise<void>;
}

/** Starts it with its data in `dir`. */
export async function startKillable(service: ServiceProcess, dir: string): Promise<Killable> {
  const options = { logFile: `${dir}.log` };
  let running = await startService(service, options);
  return {
    port: service.port,
    kill: () => running.stop('SIGKILL'),
    async start(moreArgs = []) {
      running = await startService({ ...service, args: [...service.args, ...moreArgs] }, options);
    },
    freeze: () => running.freeze(),
    wake: () => running.wake(),
    async wipe() {
      await rm(join(dir), { recursive: true, force: true });
    },
  };
}
