import type { QueueDoc } from '../../../models/system/QueueModel.ts';
import type { JobLog } from '../consuming/jobLog.ts';
import type { JobQueue } from '../queues/jobQueue.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { every, type Repetition } from '../scheduling/every.ts';
import { lastFlow, noteCanarySent, readFlow } from './flow.ts';

interface CanaryOptions {
  queues: readonly JobQueue[];
  /** A queue is quiet when no job completed for so long; so often it is looked at. */
  intervalMs: number;
  log: JobLog;
}

/**
 * Sends a canary through each queue that is quiet and not paused, so that "connected" is never
 * taken for "working". Several processes may do it: a queue has one canary at a time.
 */
export function startCanaries({ queues, intervalMs, log }: CanaryOptions): Repetition {
  return every({ name: 'Canaries', intervalMs, log }, async () => {
    const flow = await readFlow(queues.map(({ name }) => name));
    const sent = await Promise.allSettled(
      queues.map(async (queue) => {
        const known: Partial<QueueDoc> = flow.get(queue.name) ?? {};
        const completedAt = known.lastCompletedAt?.getTime() ?? 0;
        if (Date.now() - completedAt >= intervalMs) await sendThrough(queue, lastFlow(known));
      }),
    );
    // One queue's error is told when the others have their canary.
    for (const each of sent) if (each.status === 'rejected') throw each.reason;
  });
}

async function sendThrough(queue: JobQueue, flowedAt: Date | null): Promise<void> {
  try {
    if (await queue.isPaused()) return;
    await noteCanarySent(queue.name, new Date(), flowedAt);
    // Also when one is under way: Redis may have lost it.
    await queue.sendCanary();
  } catch (error) {
    // That Redis is away is the connection's to log; the health endpoint says it too.
    if (!isRedisUnavailable(error)) throw error;
  }
}
