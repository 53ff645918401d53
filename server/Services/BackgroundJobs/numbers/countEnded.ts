import { type JobState, JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { Counted } from '../../../models/system/NumbersModel.ts';
import { HOUR_MS } from './counted.ts';

/** What the records say of the jobs of one kind in one queue. */
interface Ended {
  queue: string;
  kind: string;
  counted: Pick<Counted, 'completed' | 'failed' | 'duplicates' | 'cancelled' | 'workedMs'>;
}

const KEYS = {
  completed: 'completed',
  failed: 'failed',
  duplicate: 'duplicates',
  cancelled: 'cancelled',
} as const satisfies Partial<Record<JobState, keyof Counted>>;

function hasEnded(status: JobState): status is keyof typeof KEYS {
  return status in KEYS;
}

/** The key under which numbers of a kind in a queue are found. */
export function queueAndKind({ queue, kind }: { queue: string; kind: string }): string {
  return `${queue}|${kind}`;
}

interface Group {
  _id: { queue: string; kind: string; status: JobState };
  jobs: number;
  workedMs: number;
}

/** Counts the records of jobs that ended in this time, an hour after another: none takes long. */
export async function countEnded(from: Date, to: Date): Promise<Ended[]> {
  const sums = new Map<string, Ended>();
  for (let start = from.getTime(); start < to.getTime(); start += HOUR_MS) {
    const end = Math.min(start + HOUR_MS, to.getTime());
    for (const group of await endedIn(new Date(start), new Date(end))) add(group, sums);
  }
  return [...sums.values()];
}

/** Exported for its test: the type is named as in the index, or it would not be taken. */
export function endedWithin(from: Date, to: Date) {
  return { finishedAt: { $gte: from, $lt: to, $type: 'date' as const } };
}

function endedIn(from: Date, to: Date): Promise<Group[]> {
  return JobStatusModel.aggregate<Group>([
    // The state is looked at below: FerretDB would take the index of states.
    { $match: endedWithin(from, to) },
    {
      $group: {
        _id: { queue: '$queue', kind: '$kind', status: '$status' },
        jobs: { $sum: 1 },
        workedMs: { $sum: '$durationMs' },
      },
    },
  ]);
}

function add(
  { _id: { queue, kind, status }, jobs, workedMs }: Group,
  sums: Map<string, Ended>,
): void {
  if (!hasEnded(status)) return;
  const key = queueAndKind({ queue, kind });
  const { counted } = sums.get(key) ?? {
    counted: { completed: 0, failed: 0, duplicates: 0, cancelled: 0, workedMs: 0 },
  };
  counted[KEYS[status]] += jobs;
  if (status === 'completed') counted.workedMs += workedMs;
  sums.set(key, { queue, kind, counted });
}
