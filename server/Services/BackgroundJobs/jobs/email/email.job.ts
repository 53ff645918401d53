import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

const emailPayload = z.object({ mailId: z.string().min(1).max(64) });
const emailResult = z.object({ outcome: z.enum(['sent', 'kept', 'unsubscribed', 'before']) });

/** Sends one mail of the outbox. What it says stays in MongoDB: Redis sees its id alone. */
export const emailJob = defineJob<z.infer<typeof emailPayload>, z.infer<typeof emailResult>>({
  kind: 'email',
  queue: { name: 'email', concurrency: () => 3 },
  version: 1,
  payload: emailPayload,
  result: emailResult,
  options: () => ({ attempts: 8, retryDelayMs: 5_000, retryJitter: 0.2, deadlineMs: 60_000 }),
});
