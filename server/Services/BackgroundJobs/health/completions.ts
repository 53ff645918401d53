import type { QueueWorker } from '../consuming/createWorker.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { noteCompletion } from './flow.ts';

interface CompletionOptions {
  workers: readonly Pick<QueueWorker, 'queue' | 'activity'>[];
  intervalMs: number;
  log: JobLog;
}

/** Notes in MongoDB when each queue last completed a job: one write an interval, not one a job. */
export function startCompletionNotes({ workers, intervalMs, log }: CompletionOptions): Repetition {
  const noted = new Map<string, Date>();
  return every({ name: 'Completion notes', intervalMs, log }, async () => {
    for (const { queue, activity } of workers) {
      const { lastCompletedAt } = activity();
      if (lastCompletedAt === null || noted.get(queue) === lastCompletedAt) continue;
      await noteCompletion(queue, lastCompletedAt);
      noted.set(queue, lastCompletedAt);
    }
  });
}
