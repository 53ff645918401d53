import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

/** Tells people of the services that fail, or are well again, since the last time. */
export const serviceNoticesJob = defineJob({
  kind: 'service-notices',
  queue: maintenance,
  version: 1,
  payload: z.object({}),
  result: z.object({ changes: z.number().int(), notices: z.number().int() }),
  options: () => ({ attempts: 8, retryDelayMs: 2_000, retryJitter: 0.2, deadlineMs: 60_000 }),
});
