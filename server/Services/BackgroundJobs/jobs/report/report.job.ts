import { z } from 'zod';
import { defineJob } from '../../queues/jobDefinition.ts';

const MINUTE_MS = 60_000;

/** Makes one report. One at a time over all workers: each takes a core and much of the database. */
export const reportJob = defineJob({
  kind: 'report',
  queue: { name: 'REPORT_GENERATION', concurrency: () => 1, maxConcurrency: 1 },
  version: 1,
  payload: z.object({ reportId: z.string().min(1) }),
  result: z.object({ rows: z.number(), bytes: z.number() }),
  options: (env) => ({
    attempts: 3,
    retryDelayMs: env.JOB_RETRY_DELAY_MS,
    deadlineMs: 10 * MINUTE_MS,
  }),
});
