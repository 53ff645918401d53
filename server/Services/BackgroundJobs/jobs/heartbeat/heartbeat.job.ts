import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

/** Tells HEARTBEAT_URL that a slot began or how it ended, so that somebody outside hears when nothing comes any more. */
export const heartbeatJob = defineJob({
  kind: 'heartbeat',
  queue: maintenance,
  version: 1,
  payload: z.object({
    schedule: z.string().min(1).max(63),
    slot: z.iso.datetime(),
    outcome: z.enum(['start', 'success', 'fail']),
  }),
  result: z.object({ status: z.number().int() }),
  options: () => ({ attempts: 3, retryDelayMs: 2_000, retryJitter: 0.2, deadlineMs: 10_000 }),
});
