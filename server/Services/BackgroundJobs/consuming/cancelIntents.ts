import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { OPEN_STATES } from '../recording/states.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import type { JobLog } from './jobLog.ts';

interface CancelIntentsOptions {
  intervalMs: number;
  /** Called after each look that found an intent. */
  onSeen: () => void;
  log: JobLog;
}

/** The open jobs that an administrator wants cancelled, as a worker knows them. */
export interface CancelIntents extends Repetition {
  has(jobId: string): boolean;
}

/** More at once than this is a run being cancelled, which has a way of its own. */
const MOST = 10_000;

/** Reads the intents again and again: a worker refuses to start such a job, and ends one at work. */
export function watchCancelIntents({
  intervalMs,
  onSeen,
  log,
}: CancelIntentsOptions): CancelIntents {
  let wanted: ReadonlySet<string> = new Set();
  const reading = every({ name: 'Cancel intents', intervalMs, log }, async () => {
    const records = await JobStatusModel.find(
      { cancelRequestedAt: { $exists: true }, status: { $in: [...OPEN_STATES] } },
      { _id: 1 },
    )
      .limit(MOST)
      .lean();
    wanted = new Set(records.map(({ _id }) => _id));
    if (wanted.size > 0) onSeen();
  });
  return { has: (jobId) => wanted.has(jobId), stop: reading.stop };
}
