import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

const count = z.number().int();

/** Ends the API tokens past their date, and tells owners of what ends before long. */
export const tokenCheckJob = defineJob({
  kind: 'token-check',
  queue: maintenance,
  version: 1,
  payload: z.object({}),
  result: z.object({ effects: count, expired: count, told: count }),
  options: () => ({ attempts: 4, retryDelayMs: 5_000, retryJitter: 0.2, deadlineMs: 120_000 }),
});
