import { model, Schema, type Types } from 'mongoose';

/** What a token may be used for; what its account may not do, it may not either. */
export const TOKEN_SCOPES = ['read', 'jobs', 'cron', 'admin'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** What has been told to a token's owner: 7 days before its end, 1 day before, and when it came. */
export const TOKEN_NOTES = ['week', 'day', 'expired'] as const;
export type TokenNote = (typeof TOKEN_NOTES)[number];

/** A token for a program. The token itself is shown once and kept nowhere. */
export interface ApiTokenDoc {
  _id: string;
  accountId: Types.ObjectId;
  name: string;
  /** SHA-256 of the token, which has 256 random bits: no slow hash is needed. */
  hash: string;
  /** Its last four characters, to tell one from another. */
  hint: string;
  scopes: TokenScope[];
  createdAt: Date;
  expiresAt: Date;
  /** Set by the check for expired tokens; it was refused from `expiresAt` on. */
  expiredAt: Date | null;
  revokedAt: Date | null;
  /** To the hour. */
  lastUsedAt: Date | null;
  told: TokenNote[];
  /** Made for show. */
  synthetic: boolean;
}

const apiTokenSchema = new Schema<ApiTokenDoc>(
  {
    _id: { type: String, required: true },
    accountId: { type: Schema.Types.ObjectId, required: true },
    name: { type: String, required: true, maxlength: 100 },
    hash: { type: String, required: true },
    hint: { type: String, required: true },
    scopes: { type: [String], enum: TOKEN_SCOPES, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    expiredAt: { type: Date, default: null },
    revokedAt: { type: Date, default: null },
    lastUsedAt: { type: Date, default: null },
    told: { type: [String], enum: TOKEN_NOTES, default: [] },
    synthetic: { type: Boolean, default: false },
  },
  { collection: 'apitokens', versionKey: false, autoIndex: false },
);

// A request's bearer.
apiTokenSchema.index({ hash: 1 }, { unique: true });
// An account's tokens, newest first.
apiTokenSchema.index({ accountId: 1, _id: -1 });
// Those that end before long, or have ended unnoticed.
apiTokenSchema.index({ expiresAt: 1, _id: 1 }, { partialFilterExpression: { expiredAt: null } });

export const ApiTokenModel = model<ApiTokenDoc>('ApiToken', apiTokenSchema);
