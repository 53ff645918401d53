import { z } from 'zod';
import { shareOf } from '../../../../config/shareOf.ts';
import { idsAfter } from '../../../../models/pages.ts';
import { ServiceModel } from '../../../../models/ServiceModel.ts';
import { defineSource } from '../../runs/source.ts';
import { serviceSyncJob } from './serviceSync.job.ts';

const input = z.object({
  slot: z.iso.datetime(),
  /** When the run began: a slot that is caught up is later than its instant. */
  from: z.iso.datetime(),
  /** Null for all of them. */
  category: z.string().nullable(),
  /** Each job begins later by a time of its own, below this. */
  spreadMs: z.number().int().nonnegative(),
});

/** The active services, of one category or all. */
export const serviceSyncSource = defineSource({
  job: serviceSyncJob,
  input,
  next: (after, limit, { input: { category } }) =>
    idsAfter(ServiceModel, { active: true, ...(category && { category }) }, after, limit),
  request: (serviceId, { slot, from, spreadMs }) => ({
    payload: { serviceId, slot },
    // The same for a run that is resumed.
    runAt: new Date(Date.parse(from) + Math.floor(shareOf(`${slot} ${serviceId}`) * spreadMs)),
  }),
});
