import { byItsCost, shared } from '../../../config/shared.ts';
import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { endedByQueue } from '../numbers/readNumbers.ts';

type Counts = ReadonlyMap<string, number>;

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
): () => Promise<Counts> {
  const few = (counts: Counts) => sumOf(counts) <= FEW;
  return shared(() => countByQueue(status), {
    maxAgeMs: (last) => (few(last.value) ? 0 : byItsCost(last)),
    maxStaleMs: ({ value }) => (few(value) ? 0 : SHOWN_MS),
  });
}

/**
 * The same of failed jobs, without a long wait: a first count of a hundred thousand takes seconds, and until
 * it is there the numbers by minute answer.
 */
export function createCountFailed(read = readFailed()): () => Promise<Counts> {
  let isCounted = false;
  async function countOnce(): Promise<Counts> {
    const counts = await read.exactly();
    isCounted = true;
    return counts;
  }
  return async () => {
    if (isCounted || (await read.upTo(FEW + 1)) <= FEW) return countOnce();
    // The next call gets this count, or its error.
    countOnce().catch(() => undefined);
    return read.byNumbers();
  };
}

function readFailed() {
  return {
    exactly: createCountByQueue('failed'),
    upTo: (most: number): Promise<number> =>
      JobStatusModel.countDocuments({ status: 'failed' }, { limit: most }),
    async byNumbers(): Promise<Counts> {
      return new Map([...(await endedByQueue())].map(([queue, { failed }]) => [queue, failed]));
    },
  };
}

async function countByQueue(status: JobState): Promise<Counts> {
  const counts = await JobStatusModel.aggregate<{ _id: string; jobs: number }>([
    { $match: { status } },
    { $group: { _id: '$queue', jobs: { $sum: 1 } } },
  ]);
  return new Map(counts.map(({ _id, jobs }) => [_id, jobs]));
}

function sumOf(counts: Counts): number {
  return [...counts.values()].reduce((sum, jobs) => sum + jobs, 0);
}
