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
  /** Whether it is not to be started. */
  has(jobId: string): boolean;
  /** Whether it is to be ended too when it is at work. */
  endsWork(jobId: string): boolean;
}

/** More at once than this is a run being cancelled, which has a way of its own. */
const MOST = 10_000;

/** Reads the intents again and again: a worker refuses to start such a job, and ends one at work. */
export function watchCancelIntents({
  intervalMs,
  onSeen,
  log,
}: CancelIntentsOptions): CancelIntents {
  let wanted: ReadonlyMap<string, boolean> = new Map();
  const reading = every({ name: 'Cancel intents', intervalMs, log }, async () => {
    const records = await JobStatusModel.find(
      { cancelRequestedAt: { $exists: true }, status: { $in: [...OPEN_STATES] } },
      { cancelUnlessAtWork: 1 },
    )
      .limit(MOST)
      .lean();
    wanted = new Map(records.map(({ _id, cancelUnlessAtWork }) => [_id, !cancelUnlessAtWork]));
    if (wanted.size > 0) onSeen();
  });
  return {
    has: (jobId) => wanted.has(jobId),
    endsWork: (jobId) => wanted.get(jobId) ?? false,
    stop: reading.stop,
  };
}
