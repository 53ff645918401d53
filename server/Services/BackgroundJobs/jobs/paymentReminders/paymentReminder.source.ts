import { z } from 'zod';
import { InvoiceModel } from '../../../../models/commerce/InvoiceModel.ts';
import { idsAfter } from '../../../../models/pages.ts';
import { remindedOn } from '../../../Commerce/reminders.ts';
import { defineSource } from '../../runs/source.ts';
import { paymentReminderJob } from './paymentReminder.job.ts';

/** The invoices that reminders are due of on a day. */
export const paymentReminderSource = defineSource({
  job: paymentReminderJob,
  input: z.object({ asOf: z.iso.date() }),
  next: (after, limit, { input: { asOf } }) =>
    idsAfter(InvoiceModel, remindedOn(asOf), after, limit),
  request: (invoiceId, { asOf }) => ({ payload: { invoiceId, asOf } }),
});
