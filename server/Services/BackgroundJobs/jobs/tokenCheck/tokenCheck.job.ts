import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

const tokenCheckPayload = z.object({});
const tokenCheckResult = z.object({
  effects: z.number().int(),
  expired: z.number().int(),
  told: z.number().int(),
});

/** Ends the API tokens past their date, and tells owners of what ends before long. */
export const tokenCheckJob = defineJob<
  z.infer<typeof tokenCheckPayload>,
  z.infer<typeof tokenCheckResult>
>({
  kind: 'token-check',
  queue: maintenance,
  version: 1,
  payload: tokenCheckPayload,
  result: tokenCheckResult,
  options: () => ({ attempts: 4, retryDelayMs: 5_000, retryJitter: 0.2, deadlineMs: 120_000 }),
});
