import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { type RunDoc, RunModel } from '../../../models/system/RunModel.ts';
import { itemOf, runJobIds } from './runId.ts';

/**
 * The items beyond a run's checkpoint that a producer recorded before it died, and those of them
 * that were forgotten since, in order of id: at most its last two pages. They count as enumerated
 * although its source may no longer have them, and are then in no page that is read anew.
 */
export async function itemsAhead(
  run: Pick<RunDoc, '_id' | 'kind' | 'checkpoint'>,
): Promise<string[]> {
  const { _id: runId, kind, checkpoint } = run;
  const recorded = await JobStatusModel.find(
    { _id: runJobIds(run, { beyond: checkpoint }) },
    { _id: 1 },
  ).lean();
  // Read after the records: whoever is no longer among those stands here.
  const now = await RunModel.findById(runId, { forgotten: 1 }).lean();
  const items = [
    ...recorded.map(({ _id }) => itemOf({ _id, kind, runId })),
    ...(now?.forgotten ?? []),
  ];
  const ahead = items.filter((item) => checkpoint === null || item > checkpoint);
  return [...new Set(ahead)].sort();
}
