import { model, Schema, type Types } from 'mongoose';

/**
 * Where a mail stands. `kept`: there is no SMTP server, and it lies in the outbox for people to read;
 * `refused`: the server will never take it; `unsubscribed`: its user did not want it any more; `dropped`: what
 * it is about has settled itself.
 */
export const MAIL_STATES = [
  'waiting',
  'sent',
  'kept',
  'refused',
  'unsubscribed',
  'dropped',
] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** One mail: what is to be sent, and what became of it. Jobs carry its id alone. */
export interface MailDoc {
  _id: string;
  /** The same key is the same mail: it is made once. */
  key: string;
  template: string;
  to: string;
  /** What the template is filled with. */
  data: Record<string, unknown>;
  /** The user whom it is for: deleting the user takes it along. */
  userId: Types.ObjectId | null;
  /** What its user may unsubscribe from; null for mail that must be sent. */
  list: string | null;
  /** The same for every try (RFC 5322, 3.6.4). */
  messageId: string;
  state: MailState;
  /** Why it was refused, or what the server said. */
  response: string | null;
  /** As it was kept; null for what an SMTP server took. */
  rendered: { subject: string; text: string } | null;
  createdAt: Date;
  endedAt: Date | null;
  expiresAt: Date;
}

const mailSchema = new Schema<MailDoc>(
  {
    _id: { type: String, required: true },
    key: { type: String, required: true },
    template: { type: String, required: true },
    to: { type: String, required: true },
    data: { type: Schema.Types.Mixed, required: true },
    userId: { type: Schema.Types.ObjectId, default: null },
    list: { type: String, default: null },
    messageId: { type: String, required: true },
    state: { type: String, enum: MAIL_STATES, required: true },
    response: { type: String, default: null },
    rendered: {
      type: new Schema({ subject: String, text: String }, { _id: false }),
      default: null,
    },
    createdAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'outbox', versionKey: false, autoIndex: false, minimize: false },
);

// The same key is the same mail.
mailSchema.index({ key: 1 }, { unique: true });
// The mail of a user who is deleted.
mailSchema.index({ userId: 1 });
// The notices since an instant.
mailSchema.index({ createdAt: -1 }, { partialFilterExpression: { template: 'notice' } });
// What waits for long, for the look at the health of mail.
mailSchema.index({ state: 1, createdAt: 1 });
mailSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const MailModel = model<MailDoc>('Mail', mailSchema);
