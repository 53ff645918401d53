import { model, Schema, type Types } from 'mongoose';

/** Someone the hourly work is done for. Not an account: those log in. */
export interface UserDoc {
  _id: Types.ObjectId;
  /** The owner's own name for this user, such as a customer number. */
  externalId: string;
  email: string;
  /** Of the IANA database. */
  timezone: string;
  /** Only active users are put into runs. */
  active: boolean;
  /** Set while the user is being deleted, so that no job brings anything of them back. */
  deletedAt?: Date;
  createdAt: Date;
  updatedAt: Date;
}

const userSchema = new Schema<UserDoc>(
  {
    externalId: { type: String, required: true },
    email: { type: String, required: true },
    timezone: { type: String, required: true },
    active: { type: Boolean, required: true },
    deletedAt: Date,
  },
  { collection: 'users', versionKey: false, autoIndex: false, timestamps: true },
);

userSchema.index({ externalId: 1 }, { unique: true });
// The producer's pages of active users, of whom hardly one is being deleted.
userSchema.index({ active: 1, _id: 1 });

export const UserModel = model<UserDoc>('User', userSchema);
