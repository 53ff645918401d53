import { reminderMail } from '../../../Commerce/reminderMails.ts';
import { writeReminder } from '../../../Commerce/reminders.ts';
import { enqueue } from '../../enqueue.ts';
import type { ProcessorOf } from '../../queues/jobDefinition.ts';
import { sendMail } from '../email/sendMail.ts';
import { whatsAppJob } from '../whatsapp/whatsapp.job.ts';
import type { paymentReminderJob } from './paymentReminder.job.ts';

/** Writes a reminder and hands it to its channel: once, as its key is the message. */
export const paymentReminderProcessor: ProcessorOf<typeof paymentReminderJob> = async ({
  invoiceId,
  asOf,
}) => {
  const message = await writeReminder(invoiceId, asOf);
  if (message === null) return { messageId: null };
  const { _id: messageId, state, channel } = message;
  if (state === 'queued') {
    if (channel === 'email') await sendMail(reminderMail(message));
    else await enqueue(whatsAppJob, { messageId }, { key: messageId });
  }
  return { messageId };
};
