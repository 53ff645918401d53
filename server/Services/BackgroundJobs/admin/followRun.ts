import type { RunView } from '../runs/balance.ts';
import { createWatch, type Watch } from '../watching/createWatch.ts';
import type { Administration } from './administration.ts';

const LOOK_MS = 1_000;

/** Follows runs: each is read by one reader, however many follow it. */
export function createFollowRun(getRun: Administration['getRun']): Administration['followRun'] {
  const followed = new Map<string, { watch: Watch<RunView>; followers: number }>();

  function watchOf(runId: string) {
    const known = followed.get(runId);
    if (known !== undefined) return known;
    const watch = createWatch({
      read: () => getRun(runId),
      intervalMs: LOOK_MS,
      isLast: ({ finishedAt }) => finishedAt !== null,
    });
    const made = { watch, followers: 0 };
    followed.set(runId, made);
    return made;
  }

  return async function* follow(runId, signal) {
    const run = watchOf(runId);
    run.followers += 1;
    try {
      yield* run.watch.follow(signal);
    } finally {
      run.followers -= 1;
      if (run.followers === 0) followed.delete(runId);
    }
  };
}
