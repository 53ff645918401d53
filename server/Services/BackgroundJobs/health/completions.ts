import type { QueueWorker } from '../consuming/createWorker.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { noteBegun, noteCompletion, noteEnd, noteTaking } from './flow.ts';

interface CompletionOptions {
  workers: readonly Pick<QueueWorker, 'queue' | 'activity'>[];
  intervalMs: number;
  log: JobLog;
}

/**
 * Notes in MongoDB when each queue last completed a job, when a worker last took one, and since when
 * jobs are begun and none ends: a few writes an interval, not one a job.
 */
export function startCompletionNotes({ workers, intervalMs, log }: CompletionOptions): Repetition {
  const completions = new Map<string, Date>();
  const takings = new Map<string, number>();
  const seen = new Map<string, { begun: number; ended: number }>();
  return every({ name: 'Completion notes', intervalMs, log }, async () => {
    for (const { queue, activity } of workers) {
      const { lastCompletedAt, taken, begun, ended } = activity();
      const before = seen.get(queue) ?? { begun: 0, ended: 0 };
      if (ended !== before.ended) await noteEnd(queue);
      else if (begun !== before.begun) await noteBegun(queue, new Date());
      seen.set(queue, { begun, ended });
      if (taken !== (takings.get(queue) ?? 0)) {
        await noteTaking(queue, new Date());
        takings.set(queue, taken);
      }
      if (lastCompletedAt === null || completions.get(queue) === lastCompletedAt) continue;
      await noteCompletion(queue, lastCompletedAt);
      completions.set(queue, lastCompletedAt);
    }
  });
}
