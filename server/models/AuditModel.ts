import { model, Schema } from 'mongoose';

/** One thing that somebody did, or was refused: who, what, when, on how many, from where. */
export interface AuditDoc {
  /** A ULID: later ones sort after earlier ones. */
  _id: string;
  at: Date;
  /** The account's id; `api-key` for the cron manager's key. */
  accountId: string;
  /** The account's address then; empty for a key. */
  email: string;
  /** The client's address. */
  address: string;
  /** What was asked for: `POST /app/queues/:queue/pause`. */
  action: string;
  /** The same in words. */
  summary: string;
  /** What it was about, from path and body, without secrets. */
  about: Record<string, string | number | boolean>;
  /** The counts of the answer: on how many it was done. */
  counts: Record<string, number>;
  /** The code of the error it ended with; null for what was done. */
  refused: string | null;
  requestId: string;
  expiresAt: Date;
}

const auditSchema = new Schema<AuditDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    accountId: { type: String, required: true },
    email: { type: String, default: '' },
    address: { type: String, required: true },
    action: { type: String, required: true },
    summary: { type: String, required: true },
    about: { type: Schema.Types.Mixed, default: {} },
    counts: { type: Schema.Types.Mixed, default: {} },
    refused: { type: String, default: null },
    requestId: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'audit', versionKey: false, autoIndex: false, minimize: false },
);

auditSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const AuditModel = model<AuditDoc>('Audit', auditSchema);
