import { z } from 'zod';
import { NOTICE_FORMS } from '../../../Outbound/noticeCall.ts';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Tells one webhook of one notice. */
export const noticeWebhookJob = defineJob({
  kind: 'notice-webhook',
  version: 1,
  payload: z.object({
    form: z.enum(NOTICE_FORMS),
    notice: z.object({ key: z.string(), title: z.string(), lines: z.array(z.string()) }),
  }),
  result: z.object({ status: z.number().int() }),
  options: (env) => ({
    attempts: 8,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    retryJitter: 0.5,
    deadlineMs: 30_000,
  }),
});
