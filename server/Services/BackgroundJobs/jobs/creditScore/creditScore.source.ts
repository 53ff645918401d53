import { z } from 'zod';
import { CustomerModel } from '../../../../models/commerce/CustomerModel.ts';
import { idsAfter } from '../../../../models/pages.ts';
import { defineSource } from '../../runs/source.ts';
import { creditScoreJob } from './creditScore.job.ts';

/** All customers, as of a day. */
export const creditScoreSource = defineSource({
  job: creditScoreJob,
  input: z.object({ asOf: z.iso.date() }),
  next: (after, limit) => idsAfter(CustomerModel, {}, after, limit),
  request: (customerId, { asOf }) => ({ payload: { customerId, asOf } }),
});
