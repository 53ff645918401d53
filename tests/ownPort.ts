import { freePort } from '../scripts/services/ports.mjs';

/** A free port for one test's process, away from those of other tests: below those that the system hands out. */
export function ownPort(): Promise<number> {
  return freePort(29_000 + Math.floor(Math.random() * 3_000));
}
