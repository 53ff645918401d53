import { setTimeout as wait } from 'node:timers/promises';
import { type JobStatusDoc, JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { OPEN_STATES } from '../../server/Services/BackgroundJobs/recording/states.ts';
import type { AcceptedRun } from './acceptedRuns.ts';

/** Remembers how each record stood when it was first seen in a final state. */
export interface FinalStates {
  /** Stops looking, and names the records that have changed since: none may. */
  moved(): Promise<string[]>;
  stop(): Promise<void>;
}

const LOOK_MS = 500;
/** What a start came to and what its work said are notes beside the state, and may follow it. */
const NOTES_LEFT_OUT = { attemptLog: 0, logLines: 0, progress: 0 } as const;

/** Looks at the jobs of these runs, which may become more, as long as MongoDB answers. */
export function watchFinalStates(runs: readonly AcceptedRun[]): FinalStates {
  const open = new Set<string>();
  const seen = new Map<string, string>();
  let runsKnown = 0;
  let stopped = false;

  async function look(): Promise<void> {
    for (; runsKnown < runs.length; runsKnown += 1) {
      for (const id of runs[runsKnown]?.jobIds ?? []) open.add(id);
    }
    const ended = await JobStatusModel.find(
      { _id: { $in: [...open] }, status: { $nin: [...OPEN_STATES] } },
      NOTES_LEFT_OUT,
    ).lean<JobStatusDoc[]>();
    for (const record of ended) {
      open.delete(record._id);
      seen.set(record._id, JSON.stringify(record));
    }
  }
  async function watch(): Promise<void> {
    while (!stopped) {
      await look().catch(() => undefined);
      await wait(LOOK_MS);
    }
  }
  const watching = watch();

  async function stop(): Promise<void> {
    stopped = true;
    await watching;
  }
  return {
    stop,
    async moved() {
      await stop();
      await look();
      const now = await JobStatusModel.find(
        { _id: { $in: [...seen.keys()] } },
        NOTES_LEFT_OUT,
      ).lean();
      const standing = new Map(now.map((record) => [record._id, JSON.stringify(record)]));
      return [...seen].filter(([id, then]) => standing.get(id) !== then).map(([id]) => id);
    },
  };
}
