import { model, Schema, type Types } from 'mongoose';

/** `admin` may do all, `viewer` see all, `user` see the status of the one user it stands for. */
export const ROLES = ['admin', 'viewer', 'user'] as const;
export type Role = (typeof ROLES)[number];

/** Someone who may log in. Not a user of the hourly work: those are never asked for a password. */
export interface AccountDoc {
  _id: Types.ObjectId;
  /** In lower case. */
  email: string;
  /** Argon2id in the PHC string format. */
  passwordHash: string;
  role: Role;
  /** The user whose status a `user` may see; null for the other roles. */
  userId: Types.ObjectId | null;
  /** Tokens carry it: raising it ends all of them. */
  tokenVersion: number;
  disabledAt: Date | null;
  createdAt: Date;
}

const accountSchema = new Schema<AccountDoc>(
  {
    email: { type: String, required: true, lowercase: true, trim: true },
    passwordHash: { type: String, required: true },
    role: { type: String, enum: ROLES, required: true },
    userId: {
      type: Schema.Types.ObjectId,
      default: null,
      required(this: AccountDoc) {
        return this.role === 'user';
      },
    },
    tokenVersion: { type: Number, default: 1 },
    disabledAt: { type: Date, default: null },
    createdAt: { type: Date, default: () => new Date() },
  },
  { collection: 'accounts', versionKey: false, autoIndex: false },
);

// A login, and the list.
accountSchema.index({ email: 1 }, { unique: true });
// The accounts of a user who is deleted.
accountSchema.index({ userId: 1 });

export const AccountModel = model<AccountDoc>('Account', accountSchema);
