import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Reminds of one open invoice. */
export const paymentReminderJob = defineJob({
  kind: 'payment-reminder',
  queue: { name: 'PAYMENT_REMINDERS', concurrency: () => 3 },
  version: 1,
  payload: z.object({ invoiceId: z.string().min(1), asOf: z.iso.date() }),
  result: z.object({ messageId: z.string().nullable() }),
  options: (env) => ({ attempts: 4, retryDelayMs: env.JOB_RETRY_DELAY_MS, deadlineMs: 30_000 }),
});
