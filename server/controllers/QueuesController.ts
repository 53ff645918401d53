import type { QueueLimits } from '../models/system/QueueModel.ts';
import type { QueueAdministration } from '../Services/BackgroundJobs/admin/queueAdministration.ts';
import type { WhichWaiting } from '../Services/BackgroundJobs/admin/waitingJobs.ts';
import { accepted, ok } from './reply.ts';

export interface QueuesDeps {
  queueAdministration: QueueAdministration;
}

type OldWaiting = Omit<WhichWaiting, 'before'> & { olderThanSeconds: number };

/** Seeing and steering queues: each method is one call of a service. */
export function createQueuesController({ queueAdministration }: QueuesDeps) {
  return {
    list: async () => ok({ items: await queueAdministration.listQueues() }),
    pause: async (queue: string, pause: { by: string; note: string }) =>
      ok(await queueAdministration.pauseQueue(queue, pause)),
    resume: async (queue: string) => ok(await queueAdministration.resumeQueue(queue)),
    limit: async (queue: string, limits: Partial<QueueLimits>) =>
      ok(await queueAdministration.limitQueue(queue, limits)),
    drain: async (queue: string) => accepted(await queueAdministration.drainQueue(queue)),
    waiting: async (queue: string, { olderThanSeconds, ...which }: OldWaiting) => {
      const before = new Date(Date.now() - olderThanSeconds * 1_000);
      return ok(await queueAdministration.countWaiting(queue, { before, ...which }));
    },
    clean: async (queue: string, which: WhichWaiting) =>
      accepted(await queueAdministration.drainQueue(queue, which)),
  };
}

export type QueuesController = ReturnType<typeof createQueuesController>;
