import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Sends one mail of the outbox. What it says stays in MongoDB: Redis sees its id alone. */
export const emailJob = defineJob({
  kind: 'email',
  queue: { name: 'email', concurrency: () => 3 },
  version: 1,
  payload: z.object({ mailId: z.string().min(1).max(64) }),
  result: z.object({ outcome: z.enum(['sent', 'kept', 'unsubscribed', 'dropped', 'before']) }),
  options: () => ({ attempts: 8, retryDelayMs: 5_000, retryJitter: 0.2, deadlineMs: 60_000 }),
});
