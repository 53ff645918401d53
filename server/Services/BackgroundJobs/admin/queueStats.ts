import type { Lanes } from '../enqueuing/lanes.ts';
import type { PendingCounts } from '../queue.ts';
import { addCounts, countRecords, noCounts } from '../runs/balance.ts';
import { openRuns, sealedTotals } from '../runs/seal.ts';
import type { Administration } from './administration.ts';

/**
 * The six numbers: what is pending comes from Redis, what has ended from the ledgers (sealed runs
 * by their totals, open ones by their records), so that it stays quick however long the history.
 */
export function createQueueStats(lanes: Lanes): Administration['queueStats'] {
  return async () => {
    const [pending, ended] = await Promise.all([pendingIn(lanes), endedJobs()]);
    const numbers = { ...pending, ...ended };
    const total = Object.values(numbers).reduce((sum, jobs) => sum + jobs, 0);
    return { ...numbers, total };
  };
}

async function pendingIn(lanes: Lanes): Promise<PendingCounts> {
  const sum = { waiting: 0, active: 0, delayed: 0 };
  for (const { waiting, active, delayed } of await Promise.all(
    [...lanes].map(({ queue }) => queue.pendingCounts()),
  )) {
    sum.waiting += waiting;
    sum.active += active;
    sum.delayed += delayed;
  }
  return sum;
}

async function endedJobs(): Promise<{ completed: number; failed: number }> {
  const [sealed, open] = await Promise.all([sealedTotals(), openRuns()]);
  const counts = await Promise.all(
    open.map(async (run) => addCounts(await countRecords(run), run.expired ?? noCounts())),
  );
  const { completed, failed } = counts.reduce((sum, count) => addCounts(sum, count), sealed);
  return { completed, failed };
}
