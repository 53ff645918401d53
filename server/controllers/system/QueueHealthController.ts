import type { QueueHealthReport } from '../../Services/BackgroundJobs/health/queueHealth.ts';
import { ok } from '../reply.ts';

export interface QueueHealthDeps {
  queueHealth(): Promise<QueueHealthReport>;
}

/** How the queues fare: 503 when no job is done, for those who watch by status alone. */
export function createQueueHealthController({ queueHealth }: QueueHealthDeps) {
  return {
    async queues() {
      const report = await queueHealth();
      return report.status === 'down' ? { status: 503 as const, body: report } : ok(report);
    },
  };
}

export type QueueHealthController = ReturnType<typeof createQueueHealthController>;
