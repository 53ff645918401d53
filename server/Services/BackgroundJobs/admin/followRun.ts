import { setTimeout as delay } from 'node:timers/promises';
import type { Administration } from './administration.ts';

/** Each look counts the records of an open run. */
const LOOK_MS = 2_000;

/** Looks at a run again and again. */
export function createFollowRun({
  getRun,
}: Pick<Administration, 'getRun'>): Administration['followRun'] {
  return async function* follow(runId, signal) {
    let shown = '';
    while (!signal.aborted) {
      const run = await getRun(runId);
      const now = JSON.stringify(run);
      if (now !== shown) yield run;
      shown = now;
      if (run.finishedAt !== null) return;
      // Aborted while it waits, it ends.
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  };
}
