import { readOne } from '../../../models/readDeadline.ts';
import { RunModel } from '../../../models/system/RunModel.ts';
import type { JobSearch } from './jobSearch.ts';

/** The start of all time, for what is few: one look finds all of it. */
const EVER = 0;

/**
 * Where to look first for the newest jobs of a run, which were queued while it ran.
 * @returns the starts of stretches, newest first; none for a run that is not there.
 */
export async function timesOfRun(runId: string): Promise<number[]> {
  const run = await readOne((options) =>
    RunModel.findOne({ _id: runId }, { startedAt: 1, finishedAt: 1 }, options).lean(),
  );
  if (run === null) return [];
  const { startedAt, finishedAt } = run;
  return [...(finishedAt === null ? [] : [+finishedAt]), +startedAt, EVER];
}

/** The same of a search: what has a user, a key, an error or an id is mostly few. */
export async function timesOf({ run, user, key, id, error }: JobSearch): Promise<number[]> {
  if ([user, key, id].some((word) => word !== undefined)) return [EVER];
  if (run !== undefined) return timesOfRun(run);
  return error === undefined ? [] : [EVER];
}
