import { shared } from '../../../config/shared.ts';
import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

const MAX_AGE_MS = 200;

/**
 * Counts the records in a state, by queue, from an index of that state alone. The more there are the longer
 * it takes, so all who ask share one count.
 */
export function createCountByQueue(
  status: Extract<JobState, 'scheduled' | 'failed'>,
): () => Promise<ReadonlyMap<string, number>> {
  return shared(MAX_AGE_MS, async () => {
    const counts = await JobStatusModel.aggregate<{ _id: string; jobs: number }>([
      { $match: { status } },
      { $group: { _id: '$queue', jobs: { $sum: 1 } } },
    ]);
    return new Map(counts.map(({ _id, jobs }) => [_id, jobs]));
  });
}
