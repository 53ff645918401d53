import {
  type MessageDoc,
  MessageModel,
  type MessageState,
} from '../../models/commerce/MessageModel.ts';
import { DURABLE } from '../../models/durable.ts';
import type { MailState } from '../../models/MailModel.ts';
import { MAIL_TEMPLATES, type MailData } from '../Mail/templates.ts';
import { isPaid } from './reminders.ts';

const TEMPLATE = 'payment-reminder';

/** The mail that a reminder by e-mail goes out as: the same for the same message. */
export function reminderMail({ _id: messageId, contact, invoiceId, text }: MessageDoc) {
  const data: MailData<typeof TEMPLATE> = { messageId, invoice: invoiceId ?? '', text };
  return { key: messageId, template: TEMPLATE, to: contact, data } as const;
}

/** Whether the invoice of such a mail was paid meanwhile. */
export function isReminderSettled(data: unknown): Promise<boolean> {
  return isPaid(MAIL_TEMPLATES[TEMPLATE].parse(data).invoice);
}

/** What a mail's end means for its message. */
const STATES: Readonly<Partial<Record<MailState, MessageState>>> = {
  sent: 'sent',
  kept: 'outbox',
  refused: 'failed',
  dropped: 'dropped',
};

/** Brings the end of such a mail to the list of messages. */
export async function concludeReminder(data: unknown, state: MailState): Promise<void> {
  const { messageId } = MAIL_TEMPLATES[TEMPLATE].parse(data);
  const become = STATES[state];
  if (become === undefined) return;
  await MessageModel.updateOne(
    { _id: messageId, state: 'queued' },
    { $set: { state: become } },
    { writeConcern: DURABLE },
  );
}
