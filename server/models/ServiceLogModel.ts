import { model, Schema } from 'mongoose';
import { SERVICE_STATUSES, type ServiceStatus } from './ServiceModel.ts';

/** What kind of thing went wrong; each has its own rule of retries. */
export const SYNC_ERROR_CODES = [
  'API_ERROR',
  'DATABASE_ERROR',
  'SERVICE_ERROR',
  'NETWORK_ERROR',
] as const;
export type SyncErrorCode = (typeof SYNC_ERROR_CODES)[number];

export interface SyncError {
  code: SyncErrorCode;
  /** More exactly, such as `HTTP_503`, `INVALID_ANSWER` or `TIMEOUT`. */
  reason: string;
  message: string;
}

/** One thing that was read, such as a component and its state, or an expected field and its value. */
export interface ServiceFact {
  name: string;
  value: string;
}

/** How one service was found for one slot. */
export interface ServiceLogDoc {
  /** A ULID. */
  _id: string;
  serviceId: string;
  /** The service's name at that time. */
  name: string;
  /** The slot of the schedule, or the instant of a request. */
  slot: Date;
  at: Date;
  status: ServiceStatus;
  summary: string;
  /** Null when there was no answer. */
  latencyMs: number | null;
  error: SyncError | null;
  facts: ServiceFact[];
  /** Days until the certificate ends; null where none was looked at. */
  certificateDaysLeft: number | null;
  /** What is different from the log before, in words. */
  changes: string[];
  /** How much was read. */
  effects: number;
  attempts: number;
  jobId: string;
  runId: string | null;
  expiresAt: Date;
}

const serviceLogSchema = new Schema<ServiceLogDoc>(
  {
    _id: { type: String, required: true },
    serviceId: { type: String, required: true },
    name: { type: String, required: true },
    slot: { type: Date, required: true },
    at: { type: Date, required: true },
    status: { type: String, enum: SERVICE_STATUSES, required: true },
    summary: { type: String, default: '' },
    latencyMs: { type: Number, default: null },
    error: {
      type: new Schema<SyncError>(
        { code: { type: String, enum: SYNC_ERROR_CODES }, reason: String, message: String },
        { _id: false },
      ),
      default: null,
    },
    facts: [new Schema<ServiceFact>({ name: String, value: String }, { _id: false })],
    certificateDaysLeft: { type: Number, default: null },
    changes: { type: [String], default: [] },
    effects: { type: Number, required: true },
    attempts: { type: Number, required: true },
    jobId: { type: String, required: true },
    runId: { type: String, default: null },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'servicelogs', versionKey: false, autoIndex: false, minimize: false },
);

// One log for each service and slot, whatever is tried again; a service's logs, newest first.
serviceLogSchema.index({ serviceId: 1, slot: -1 }, { unique: true });
// The newest of all services, and of those the failed ones.
serviceLogSchema.index({ at: -1 });
serviceLogSchema.index({ status: 1, at: -1 });
serviceLogSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const ServiceLogModel = model<ServiceLogDoc>('ServiceLog', serviceLogSchema);
