import { writeReminder } from '../../../Commerce/reminders.ts';
import { enqueue } from '../../enqueue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { whatsAppJob } from '../whatsapp/whatsapp.job.ts';
import type { paymentReminderJob } from './paymentReminder.job.ts';

/** Writes a reminder and hands it to its channel: once, as its key is the message. */
export const paymentReminderProcessor: ProcessorOf<typeof paymentReminderJob> = async ({
  invoiceId,
  asOf,
}) => {
  const message = await writeReminder(invoiceId, asOf);
  if (message === null) return { messageId: null };
  const { _id: messageId, state } = message;
  if (state === 'queued') await enqueue(whatsAppJob, { messageId }, { key: messageId });
  return { messageId };
};
