import { z } from 'zod';
import { CHECK_STATES } from '../../../../models/HealthSnapshotModel.ts';
import { defineJob } from '../../queues/jobDefinition.ts';
import { maintenance } from '../maintenance.ts';

/** Looks at every part of the installation, keeps what it saw, and tells of changes. */
export const healthCheckJob = defineJob({
  kind: 'health-check',
  queue: maintenance,
  version: 1,
  payload: z.object({}),
  result: z.object({
    /** Parts that were looked at. */
    effects: z.number().int(),
    /** Those that are not well. */
    unwell: z.record(z.string(), z.enum(CHECK_STATES)),
    /** Those whose state changed, and of which people were told. */
    changed: z.array(z.string()),
  }),
  options: () => ({ attempts: 2, retryDelayMs: 5_000, deadlineMs: 60_000 }),
});
