import { JobStatusModel } from '../../../models/system/JobStatusModel.ts';
import { OPEN_STATES } from '../recording/states.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { readSteering } from '../steering/queueSteering.ts';
import type { JobLog } from './jobLog.ts';

interface CancelIntentsOptions {
  intervalMs: number;
  /** Called after each look that found an intent. */
  onSeen: () => void;
  log: JobLog;
}

/** What is to be cancelled, as a worker knows it. */
export interface CancelIntents extends Repetition {
  /** Whether this open job is not to be started, and to be ended when it is at work. */
  has(jobId: string): boolean;
  /**
   * Whether a start in this queue must ask its record whether it may begin: the queue was drained, of more
   * jobs than can be remembered here, or it is not known whether it was.
   */
  mustAsk(queue: string): boolean;
}

/** More at once than this is a run being cancelled, which has a way of its own. */
const MOST = 10_000;
/** Intents that were read more looks ago than this are not relied on: a drained queue is held for 3 s only. */
const LOOKS_MISSED = 2.5;

/** Reads the intents again and again: a worker refuses to start such a job, and ends one at work. */
export function watchCancelIntents({
  intervalMs,
  onSeen,
  log,
}: CancelIntentsOptions): CancelIntents {
  let wanted: ReadonlySet<string> = new Set();
  let draining: ReadonlySet<string> = new Set();
  let readAt = Number.NEGATIVE_INFINITY;
  const reading = every({ name: 'Cancel intents', intervalMs, log }, async () => {
    const began = performance.now();
    const [records, steering] = await Promise.all([
      JobStatusModel.find(
        {
          cancelRequestedAt: { $exists: true },
          cancelUnlessAtWork: { $ne: true },
          status: { $in: [...OPEN_STATES] },
        },
        { _id: 1 },
      )
        .limit(MOST)
        .lean(),
      readSteering(),
    ]);
    wanted = new Set(records.map(({ _id }) => _id));
    draining = new Set(
      [...steering].flatMap(([queue, { drainedAt }]) => (drainedAt === null ? [] : [queue])),
    );
    readAt = began;
    if (wanted.size > 0) onSeen();
  });
  return {
    has: (jobId) => wanted.has(jobId),
    mustAsk: (queue) =>
      draining.has(queue) || performance.now() - readAt > LOOKS_MISSED * intervalMs,
    stop: reading.stop,
  };
}

/** Whether the record of an open job says that it is to be cancelled. */
export async function isToBeCancelled(jobId: string): Promise<boolean> {
  const asked = { cancelRequestedAt: { $exists: true }, status: { $in: [...OPEN_STATES] } };
  return (await JobStatusModel.exists({ _id: jobId, ...asked })) !== null;
}
