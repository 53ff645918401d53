import { createHash } from 'node:crypto';
import type { TaskWay } from '../../models/HttpJobModel.ts';

/** Which way tasks go that are taken from now on. */
export interface TaskWays {
  mode: 'queue' | 'in-memory' | 'off';
  /** The percentage of tasks that go through the queue in the mode `queue`; the others are called in memory. */
  queuePercent: number;
}

/** The way of a task: the same for the same id and settings, and spread evenly over ids. */
export function wayOf(taskId: string, { mode, queuePercent }: TaskWays): TaskWay {
  if (mode === 'in-memory') return 'in-memory';
  const hundredth = createHash('sha256').update(taskId).digest().readUInt32BE() % 100;
  return hundredth < queuePercent ? 'queue' : 'in-memory';
}
