import { model, Schema } from 'mongoose';

/** A header that is sent; of a secret one the value is sealed. */
export interface HttpJobHeader {
  /** In lower case. */
  name: string;
  value: string;
  secret: boolean;
}

/** How a task is called: by a worker from the queue, or by the API's process itself, as before there was one. */
export const TASK_WAYS = ['queue', 'in-memory'] as const;
export type TaskWay = (typeof TASK_WAYS)[number];

/** An address that is called: on a schedule, when it is asked for, or once. */
export interface HttpJobDoc {
  /** A ULID; of a one-off task with an idempotency key what follows from the key. */
  _id: string;
  name: string;
  /** A task that is done once, and is no job that people see in the list of jobs. */
  oneOff: boolean;
  /** Decided when a one-off task was accepted, and never changed. Jobs always go through the queue. */
  way: TaskWay;
  apiUrl: string;
  method: string;
  headers: HttpJobHeader[];
  body: string | null;
  timeoutSeconds: number;
  maxRetryCount: number;
  /** From its creation to its last attempt, at most; null without a limit. */
  maxDurationSeconds: number | null;
  /** The statuses that are tried again, instead of the table's; null for the table. */
  retryOn: number[] | null;
  schedule: string | null;
  timezone: string;
  overlap: 'skip' | 'queue' | 'allow';
  enabled: boolean;
  /** Why it was switched off by itself; null when a person did so. */
  disabledReason: string | null;
  /** Sealed: each call is signed with all of them. */
  signingSecrets: string[];
  /** Host and port: what concurrency, rate and breaker are for. */
  destination: string;
  /** Tells a request that uses an idempotency key again from another one. */
  fingerprint: string | null;
  /** When its schedule is to be looked at next; null while none is to run. */
  lookAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** When MongoDB deletes a one-off task; jobs have none. */
  expiresAt?: Date;
}

const header = new Schema<HttpJobHeader>(
  { name: String, value: String, secret: Boolean },
  { _id: false },
);

const httpJobSchema = new Schema<HttpJobDoc>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    oneOff: { type: Boolean, required: true },
    way: { type: String, enum: TASK_WAYS, default: 'queue' },
    apiUrl: { type: String, required: true },
    method: { type: String, required: true },
    headers: { type: [header], default: [] },
    body: { type: String, default: null },
    timeoutSeconds: { type: Number, required: true },
    maxRetryCount: { type: Number, required: true },
    maxDurationSeconds: { type: Number, default: null },
    retryOn: { type: [Number], default: null },
    schedule: { type: String, default: null },
    timezone: { type: String, required: true },
    overlap: { type: String, required: true },
    enabled: { type: Boolean, required: true },
    disabledReason: { type: String, default: null },
    signingSecrets: { type: [String], default: [] },
    destination: { type: String, required: true },
    fingerprint: { type: String, default: null },
    lookAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    expiresAt: Date,
  },
  { collection: 'httpjobs', versionKey: false, autoIndex: false },
);

// The list of jobs, newest first.
httpJobSchema.index({ oneOff: 1, _id: -1 });
// The schedules that are due to be looked at.
httpJobSchema.index({ lookAt: 1 });
httpJobSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const HttpJobModel = model<HttpJobDoc>('HttpJob', httpJobSchema);
