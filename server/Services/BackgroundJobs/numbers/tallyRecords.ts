import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import type { JobRecord } from '../recording/writeRecords.ts';
import { noteChange, tally } from './tally.ts';

type Ended = JobRecord & { status: 'completed' | 'failed' };

function hasEnded(record: JobRecord): record is Ended {
  return record.status === 'completed' || record.status === 'failed';
}

/**
 * Counts the jobs that this write brought to their end; never rejects.
 * @param matched how many of the records the write found as their fences ask.
 * @param at the `updatedAt` that the write set: where not all matched, it tells which did.
 */
export async function tallyEnded(
  records: readonly JobRecord[],
  { matched, at }: { matched: number; at: Date },
): Promise<void> {
  const ended = records.filter(hasEnded);
  if (ended.length === 0) return;
  // The records stand: that they cannot be counted is no failure of their write.
  const counted = matched === records.length ? ended : await writtenAt(ended, at).catch(() => []);
  for (const record of counted) {
    const { startedAt, finishedAt, waitedMs } = record;
    tally(record, {
      [record.status]: 1,
      workedMs: record.status === 'completed' ? between(startedAt, finishedAt) : 0,
      waitedMs: waitedMs ?? 0,
      waited: waitedMs === null ? 0 : 1,
    });
    noteChange(finishedAt);
  }
}

function between(start: Date | null, end: Date | null): number {
  return start === null || end === null ? 0 : end.getTime() - start.getTime();
}

async function writtenAt(records: readonly Ended[], at: Date): Promise<Ended[]> {
  const found = await JobStatusModel.find(
    { _id: { $in: records.map(({ jobId }) => jobId) }, updatedAt: at },
    { status: 1, generation: 1, starts: 1 },
  ).lean();
  const written = new Map(found.map((doc) => [doc._id, doc]));
  return records.filter(({ jobId, status, generation, start }) => {
    const doc = written.get(jobId);
    return doc?.status === status && doc.generation === generation && doc.starts === start;
  });
}
