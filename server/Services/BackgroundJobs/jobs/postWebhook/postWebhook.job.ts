import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

const postWebhookPayload = z.object({ postId: z.string().min(1).max(64) });
const postWebhookResult = z.object({ status: z.number().int() });

/** Tells POST_WEBHOOK_URL of one post that was published. */
export const postWebhookJob = defineJob<
  z.infer<typeof postWebhookPayload>,
  z.infer<typeof postWebhookResult>
>({
  kind: 'post-webhook',
  queue: { name: 'webhooks', concurrency: () => 10 },
  version: 1,
  payload: postWebhookPayload,
  result: postWebhookResult,
  options: (env) => ({
    attempts: 8,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.5,
    deadlineMs: 30_000,
  }),
});
