import { model, Schema, type Types } from 'mongoose';
import { looksLikeObjectId } from './objectIds.ts';

/** RFC 5321, 4.5.3.1.3: a path has at most 256 bytes, of which two are its brackets. */
export const MAX_EMAIL_BYTES = 254;

/** Someone the hourly work is done for. Not an account: those log in. */
export interface UserDoc {
  _id: Types.ObjectId;
  /**
   * The owner's own name for this user, such as a customer number. Nothing that looks like an
   * ObjectId: a user can be named by either, and the two must not be mistaken for each other.
   */
  externalId: string;
  email: string | null;
  /** A name of the IANA time zone database. */
  timezone: string;
  /** Only active users are put into runs. */
  active: boolean;
  /** When the user's trial ends or ended; absent without one. */
  trialEndsAt?: Date;
  /** The kinds of mail that the user does not want; absent for none. */
  unsubscribed?: string[];
  /** Set while the user is being deleted, so that no job brings anything of them back. */
  deletedAt?: Date;
  createdAt: Date;
  updatedAt: Date;
}

const userSchema = new Schema<UserDoc>(
  {
    externalId: {
      type: String,
      required: true,
      validate: {
        validator: (externalId: string) => !looksLikeObjectId(externalId),
        message: 'An externalId must not look like an ObjectId.',
      },
    },
    email: {
      type: String,
      default: null,
      validate: {
        validator: (email: string | null) => Buffer.byteLength(email ?? '') <= MAX_EMAIL_BYTES,
        message: `An e-mail address has at most ${MAX_EMAIL_BYTES} bytes.`,
      },
    },
    timezone: { type: String, required: true },
    active: { type: Boolean, required: true },
    trialEndsAt: Date,
    unsubscribed: { type: [String], default: undefined },
    deletedAt: Date,
  },
  { collection: 'users', versionKey: false, autoIndex: false, timestamps: true },
);

userSchema.index({ externalId: 1 }, { unique: true });
// How many users are active.
userSchema.index({ active: 1, _id: 1 });

// The users of a zone whose time for a mail has come, and those whose trial ends before long.
userSchema.index({ timezone: 1, _id: 1 });
userSchema.index(
  { trialEndsAt: 1 },
  { partialFilterExpression: { trialEndsAt: { $type: 'date' } } },
);

export const UserModel = model<UserDoc>('User', userSchema);
