import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Tells POST_WEBHOOK_URL of one post that was published. */
export const postWebhookJob = defineJob({
  kind: 'post-webhook',
  queue: { name: 'webhooks', concurrency: () => 10 },
  version: 1,
  payload: z.object({ postId: z.string().min(1).max(64) }),
  result: z.object({ status: z.number().int() }),
  options: (env) => ({
    attempts: 8,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.5,
    deadlineMs: 30_000,
  }),
});
