import type { QueueWorker } from '../consuming/createWorker.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { noteCompletion, noteTaking } from './flow.ts';

interface CompletionOptions {
  workers: readonly Pick<QueueWorker, 'queue' | 'activity'>[];
  intervalMs: number;
  log: JobLog;
}

/**
 * Notes in MongoDB when each queue last completed a job, and when a worker last took one: a write
 * or two an interval, not one a job.
 */
export function startCompletionNotes({ workers, intervalMs, log }: CompletionOptions): Repetition {
  const completions = new Map<string, Date>();
  const takings = new Map<string, number>();
  return every({ name: 'Completion notes', intervalMs, log }, async () => {
    for (const { queue, activity } of workers) {
      const { lastCompletedAt, taken } = activity();
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
