import { model, Schema, type Types } from 'mongoose';

/** That a user has had a mail which is sent once, such as that of a week; beyond any job's record. */
interface MailMarkDoc {
  /** The mail's key, such as `weekly-<userId>-2026-W48`. */
  _id: string;
  userId: Types.ObjectId;
  at: Date;
  expiresAt: Date;
}

const mailMarkSchema = new Schema<MailMarkDoc>(
  {
    _id: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    at: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'mailmarks', versionKey: false, autoIndex: false },
);

// The marks of a user who is deleted.
mailMarkSchema.index({ userId: 1 });
mailMarkSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const MailMarkModel = model<MailMarkDoc>('MailMark', mailMarkSchema);
