import type { Run } from './apiClient.ts';

/** The pace is that of the last ten seconds, so that it follows what happens. */
const WINDOW_MS = 10_000;

export interface Standing {
  /** Users whose job has come to an end in this run, duplicates and cancelled ones included. */
  done: number;
  total: number;
  usersPerSecond: number;
  /** Null while there is no pace to go by. */
  secondsLeft: number | null;
  /** How long nothing at all has changed. */
  idleMs: number;
}

/** Users of a run whose job has come to an end. */
function doneIn({ completed, failed, duplicates, cancelled }: Run): number {
  return completed + failed + duplicates + cancelled;
}

/**
 * Follows how fast a run goes, from the states it is shown.
 * @param expected how many users the run is for, as long as it is still enumerating them
 */
export function followPace(expected: number): (run: Run, now: number) => Standing {
  const samples: { at: number; done: number }[] = [];
  let lastChange = { at: 0, state: '' };

  return (run, now) => {
    const done = doneIn(run);
    const total =
      run.status === 'enumerating' ? Math.max(expected, run.enumerated) : run.enumerated;
    const { enumerated, queued, active, delayed } = run;
    const state = [run.status, done, enumerated, queued, active, delayed].join();
    if (state !== lastChange.state) lastChange = { at: now, state };

    samples.push({ at: now, done });
    while (samples.length > 2 && now - (samples[1]?.at ?? now) >= WINDOW_MS) samples.shift();
    const first = samples[0] ?? { at: now, done };
    const seconds = (now - first.at) / 1000;
    const usersPerSecond = seconds > 0 ? (done - first.done) / seconds : 0;
    return {
      done,
      total,
      usersPerSecond,
      secondsLeft: usersPerSecond > 0 ? Math.ceil((total - done) / usersPerSecond) : null,
      idleMs: now - lastChange.at,
    };
  };
}
