import { rename, writeFile } from 'node:fs/promises';

/** What the workers' work does from now on, besides its effect; pacedWorker.mjs reads it at each job. */
export interface Behaviour {
  /** How long each job waits after its work. */
  paceMs: number;
  /** How long it waits before its work; not at all if absent. */
  delayMs?: number;
  /** It only notes that it was begun: how late jobs begin is then the product's doing, not the work's. */
  bare?: boolean;
  /** It never looks at its signal: only fences keep out what it writes too late. */
  deaf?: boolean;
  /** Users whose work ends in an error, by their own ids. */
  failingUsers?: readonly string[];
  /** Users whose work ends its worker by kill -9, each time. */
  crashingUsers?: readonly string[];
  /** Users whose work keeps its worker's event loop busy for `blockMs`, at a job's first start. */
  blockingUsers?: readonly string[];
  blockMs?: number;
  /** How far the clock of the first worker process is ahead of the machine's. */
  clockAheadMs?: number;
  /** The newest payload version that workers know which start from now on; the product's if absent. */
  version?: number;
}

/** Tells it to the workers by their WORK_FILE. */
export async function writeBehaviour(workFile: string, behaviour: Behaviour): Promise<void> {
  const whole = `${workFile}.new`;
  // A job reads the file at any moment: it finds the old one or the new one, never half of it.
  await writeFile(whole, JSON.stringify(behaviour));
  await rename(whole, workFile);
}
