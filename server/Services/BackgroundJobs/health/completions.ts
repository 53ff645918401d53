import type { JobLog } from '../consuming/jobLog.ts';
import type { QueueWorker, WorkerActivity } from '../consuming/queueWorker.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { noteBegun, noteCompletion, noteEnd, noteTaking } from './flow.ts';

interface CompletionOptions {
  workers: readonly Pick<QueueWorker, 'queue' | 'activity'>[];
  intervalMs: number;
  log: JobLog;
}

type Activity = Pick<WorkerActivity, 'taken' | 'begun' | 'ended' | 'lastCompletedAt'>;
const NOTHING_YET: Activity = { taken: 0, begun: 0, ended: 0, lastCompletedAt: null };

/**
 * Notes in MongoDB when each queue last completed a job, when a worker last took one, and since when
 * jobs are begun and none ends: a few writes an interval, not one a job.
 */
export function startCompletionNotes({ workers, intervalMs, log }: CompletionOptions): Repetition {
  const noted = new Map<string, Activity>();
  return every({ name: 'Completion notes', intervalMs, log }, async () => {
    for (const { queue, activity } of workers) {
      const now = activity();
      const before = noted.get(queue) ?? NOTHING_YET;
      if (now.ended !== before.ended) await noteEnd(queue);
      else if (now.begun !== before.begun) await noteBegun(queue, new Date());
      if (now.taken !== before.taken) await noteTaking(queue, new Date());
      if (now.lastCompletedAt !== null && now.lastCompletedAt !== before.lastCompletedAt) {
        await noteCompletion(queue, now.lastCompletedAt);
      }
      // Only now: what failed midway is noted again.
      noted.set(queue, now);
    }
  });
}
