import { model, Schema } from 'mongoose';
import { CHANNELS, type Channel } from './CustomerModel.ts';

/**
 * The states of a message. Out: `queued`, `sending`, then `sent`, `delivered`, `read` or `failed`; `outbox`
 * where nothing can send it; `dropped` when it was not wanted any more. In: `received`.
 */
export const MESSAGE_STATES = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'outbox',
  'dropped',
  'received',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** A message to a customer or from one. */
export interface MessageDoc {
  /** `reminder-<invoice>-<step>` for a reminder, so that there is one; WhatsApp's own id for one that came in. */
  _id: string;
  direction: 'out' | 'in';
  channel: Channel;
  customerId: string | null;
  /** The telephone number in digits, or the e-mail address, of the other side. */
  contact: string;
  isSyntheticContact: boolean;
  text: string;
  /** The template that says the same where free text is not allowed; null for none. */
  template: { name: string; language: string; parameters: string[] } | null;
  /** WhatsApp refused free text: only the template may be sent. */
  mustBeTemplate: boolean;
  /** The invoice that it reminds of: it is not sent once that is paid. */
  invoiceId: string | null;
  state: MessageState;
  /** Since when a worker has been sending it; null in other states. */
  sendingSince: Date | null;
  /** WhatsApp's id of a message sent; absent before. */
  providerId?: string;
  /** That of a free text refused afterwards: what is told of it again is not of the template sent instead. */
  refusedId?: string;
  error: { code: string; message: string } | null;
  at: Date;
}

const messageSchema = new Schema<MessageDoc>(
  {
    _id: { type: String, required: true },
    direction: { type: String, enum: ['out', 'in'], required: true },
    channel: { type: String, enum: CHANNELS, required: true },
    customerId: { type: String, default: null },
    contact: { type: String, required: true },
    isSyntheticContact: { type: Boolean, default: false },
    text: { type: String, required: true },
    template: {
      type: new Schema({ name: String, language: String, parameters: [String] }, { _id: false }),
      default: null,
    },
    mustBeTemplate: { type: Boolean, default: false },
    invoiceId: { type: String, default: null },
    state: { type: String, enum: MESSAGE_STATES, required: true },
    sendingSince: { type: Date, default: null },
    providerId: { type: String },
    refusedId: { type: String },
    error: { type: new Schema({ code: String, message: String }, { _id: false }), default: null },
    at: { type: Date, required: true },
  },
  { collection: 'messages', versionKey: false, autoIndex: false },
);

// A customer's messages, those of one state, and an invoice's reminders, each in pages by id.
messageSchema.index({ customerId: 1, _id: 1 });
messageSchema.index({ state: 1, _id: 1 });
messageSchema.index({ invoiceId: 1, _id: 1 });
// The messages that wait because they were refused, oldest first.
messageSchema.index({ 'error.code': 1, at: 1 }, { partialFilterExpression: { state: 'queued' } });
// The message that a delivery state is of.
messageSchema.index(
  { providerId: 1 },
  { partialFilterExpression: { providerId: { $exists: true } } },
);

export const MessageModel = model<MessageDoc>('Message', messageSchema);
