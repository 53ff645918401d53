import { RunModel } from '../../../models/system/RunModel.ts';
import { ScheduleModel } from '../../../models/system/ScheduleModel.ts';
import { readSteering } from '../steering/queueSteering.ts';
import type { LiveCounts } from './liveCounts.ts';

/** The lists of which a change is told. */
export const LISTS = ['runs', 'schedules', 'queues', 'failures'] as const;
export type ListName = (typeof LISTS)[number];

/** How often each list has changed since this process began to look. */
export type Revisions = Readonly<Record<ListName, number>>;

/** A run that begins and ends between two looks is found among the youngest. */
const YOUNG_MS = 60_000;

/** Finds out at each look which lists have changed since the look before. */
export function createListRevisions(): (counts: LiveCounts) => Promise<Revisions> {
  const revisions = { runs: 0, schedules: 0, queues: 0, failures: 0 };
  const shown = new Map<ListName, string>();
  let known: ReadonlySet<string> = new Set();
  let lookedAt = Date.now();
  /** Counts looks that found a run begun since the look before, or that came too late to find it. */
  let begun = 0;

  function note(list: ListName, content: unknown): void {
    const now = JSON.stringify(content);
    const before = shown.get(list);
    if (before !== undefined && before !== now) revisions[list] += 1;
    shown.set(list, now);
  }

  return async (counts) => {
    const now = Date.now();
    const [young, schedules, steering] = await Promise.all([
      RunModel.find({ startedAt: { $gte: new Date(now - YOUNG_MS) } }, { _id: 1 }).lean(),
      ScheduleModel.find().sort({ _id: 1 }).lean(),
      readSteering(),
    ]);
    const ids = young.map(({ _id }) => _id);
    if (now - lookedAt > YOUNG_MS / 2 || ids.some((id) => !known.has(id))) begun += 1;
    [known, lookedAt] = [new Set(ids), now];
    note('runs', [begun, counts.runs.map(({ runId, status }) => [runId, status])]);
    note('schedules', schedules);
    note('queues', [...steering]);
    note(
      'failures',
      counts.queues.map(({ queue, failed }) => [queue, failed]),
    );
    return { ...revisions };
  };
}

/** The lists of which one revision is another than the other. */
export function changedLists(before: Revisions, after: Revisions): ListName[] {
  return LISTS.filter((list) => before[list] !== after[list]);
}
