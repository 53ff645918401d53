import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

/** Computes and keeps the credit score of one customer. */
export const creditScoreJob = defineJob({
  kind: 'credit-score',
  queue: { name: 'CREDIT_SCORE', concurrency: () => 2 },
  version: 1,
  requestable: true,
  payload: z.object({ customerId: z.string().min(1), asOf: z.iso.date() }),
  result: z.object({ score: z.number().nullable(), changedFrom: z.number().nullable() }),
  options: (env) => ({ attempts: 4, retryDelayMs: env.JOB_RETRY_DELAY_MS, deadlineMs: 30_000 }),
});
