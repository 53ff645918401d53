import { byItsCost, shared } from '../../../config/shared.ts';
import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';

/** Up to this many records are counted so fast that everyone who asks gets a fresh count. */
const FEW = 1_000;

/** Of many, a count that is so old is shown sooner than someone is kept waiting for a new one. */
const SHOWN_MS = 600_000;

/**
 * Counts the records in a state, by queue, from an index of that state alone. All who ask share one count,
 * and of many it is used for twenty times as long as it takes.
 */
export function createCountByQueue(
  status: Extract<JobState, 'scheduled' | 'failed'>,
): () => Promise<ReadonlyMap<string, number>> {
  const few = (counts: ReadonlyMap<string, number>) => sumOf(counts) <= FEW;
  return shared(() => countByQueue(status), {
    maxAgeMs: (last) => (few(last.value) ? 0 : byItsCost(last)),
    maxStaleMs: ({ value }) => (few(value) ? 0 : SHOWN_MS),
  });
}

async function countByQueue(status: JobState): Promise<ReadonlyMap<string, number>> {
  const counts = await JobStatusModel.aggregate<{ _id: string; jobs: number }>([
    { $match: { status } },
    { $group: { _id: '$queue', jobs: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, jobs }) => [_id, jobs]));
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, jobs) => sum + jobs, 0);
}
