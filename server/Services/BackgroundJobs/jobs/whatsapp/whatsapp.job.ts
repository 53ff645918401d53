import { z } from 'zod';
import { MESSAGE_STATES } from '../../../../models/commerce/MessageModel.ts';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Sends one message by WhatsApp. */
export const whatsAppJob = defineJob({
  kind: 'whatsapp',
  queue: { name: 'WHATSAPP', concurrency: () => 5 },
  version: 1,
  payload: z.object({ messageId: z.string().min(1) }),
  result: z.object({ state: z.enum(MESSAGE_STATES) }),
  options: (env) => ({
    attempts: 4,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.5,
    deadlineMs: 30_000,
  }),
});
