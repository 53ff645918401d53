import { type CustomerDoc, CustomerModel } from '../../models/commerce/CustomerModel.ts';
import { type InvoiceDoc, InvoiceModel } from '../../models/commerce/InvoiceModel.ts';
import { type MessageDoc, MessageModel } from '../../models/commerce/MessageModel.ts';
import { PaymentModel } from '../../models/commerce/PaymentModel.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { formatCents } from './amounts.ts';
import type { Day } from './days.ts';
import { openOn } from './receivables.ts';
import { dueDaysRemindedOn, type ReminderStep, reminderStepOn } from './reminderSteps.ts';

/** Which invoices reminders go out of on a day: open on it, and at one of the steps. */
export function remindedOn(day: Day) {
  return { dueOn: { $in: dueDaysRemindedOn(day) }, ...openOn(day) };
}

/**
 * Writes the reminder that an invoice has come to on a day. It is one document for each invoice and step,
 * so that whoever asks again, also long after, makes no second one.
 * @returns the message, or null when nothing is to be sent: the step is another day's, or it is paid.
 */
export async function writeReminder(invoiceId: string, day: Day): Promise<MessageDoc | null> {
  const invoice = await InvoiceModel.findById(invoiceId).lean<InvoiceDoc>();
  const step = invoice === null ? null : reminderStepOn(invoice, day);
  if (invoice === null || step === null || (await isPaid(invoiceId))) return null;
  const customer = await CustomerModel.findById(invoice.customerId).lean<CustomerDoc>();
  if (customer === null) return null;
  const message = reminderOf(invoice, step, customer);
  if (message === null) return null;
  if (await insertOnce(MessageModel, message)) return message;
  return MessageModel.findById(message._id).lean<MessageDoc>();
}

/** Whether an invoice was paid, whatever day the reminder is of. */
export async function isPaid(invoiceId: string): Promise<boolean> {
  return (await PaymentModel.exists({ invoiceId })) !== null;
}

function reminderOf(
  { _id: invoiceId, customerId, dueOn, amountCents }: InvoiceDoc,
  step: ReminderStep,
  { channel, phone, email, name, hasSyntheticContact }: CustomerDoc,
): MessageDoc | null {
  const contact = channel === 'whatsapp' ? phone : email;
  if (contact === null) return null;
  const amount = formatCents(amountCents);
  return {
    _id: `reminder-${invoiceId}-${step}`,
    ...{ direction: 'out', channel, customerId, contact, invoiceId },
    isSyntheticContact: hasSyntheticContact,
    text: `${name}: invoice ${invoiceId} over ${amount} ${dueText(dueOn, step)}.`,
    template: {
      name: 'payment_reminder',
      language: 'en',
      parameters: [name, invoiceId, amount, dueOn],
    },
    // Addresses that are made up may belong to somebody. Of numbers the sender knows whether it may try them.
    state: channel === 'email' && hasSyntheticContact ? 'outbox' : 'queued',
    ...{ mustBeTemplate: false, sendingSince: null, error: null, at: new Date() },
  };
}

function dueText(dueOn: Day, step: ReminderStep): string {
  if (step < 0) return `is due on ${dueOn}`;
  if (step === 0) return 'is due today';
  return `was due on ${dueOn}, ${step} days ago`;
}
