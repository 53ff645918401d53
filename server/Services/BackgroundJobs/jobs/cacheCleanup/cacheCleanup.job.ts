import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

const count = z.number().int();

/** Removes what nobody needs any more, in bounded steps. */
export const cacheCleanupJob = defineJob({
  kind: 'cache-cleanup',
  queue: maintenance,
  version: 1,
  payload: z.object({}),
  result: z.object({
    effects: count,
    /** What was removed, by what it was. */
    removed: z.record(z.string(), count),
    /** A bound was reached: the next slot goes on. */
    more: z.boolean(),
  }),
  options: () => ({ attempts: 3, retryDelayMs: 10_000, deadlineMs: 300_000 }),
});
