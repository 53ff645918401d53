import { model, Schema } from 'mongoose';
import { TASK_WAYS, type TaskWay } from './HttpJobModel.ts';

/** How one call ended. */
export interface HttpAttempt {
  startedAt: Date;
  finishedAt: Date;
  worker: string;
  /** `completed`, `failed`, or `interrupted`: its process ended before it did. */
  outcome: 'completed' | 'failed' | 'interrupted';
  /** The answer's HTTP status; null when there was none. */
  status: number | null;
  /** Why there was none, or why it failed. */
  error: { code: string; message: string } | null;
  /** In milliseconds; null when nothing was measured. */
  timings: { queueMs: number; connectMs: number; firstByteMs: number; totalMs: number } | null;
  bytes: number;
  /** The beginning of the answer, without what looks like a secret. */
  answer: string | null;
  redirects: number;
  /** The host failed, not the call: not counted if the host turns out to be down. */
  hostFailure: boolean;
}

/** One execution of an HTTP job with the history of its attempts. */
export interface HttpExecutionDoc {
  /** The id of its job in the queue; of a task that goes another way that of the task. */
  _id: string;
  httpJobId: string;
  /** That of its job, as it was then; absent from older records, as the way is. */
  name?: string;
  way?: TaskWay;
  apiUrl: string;
  destination: string;
  maxRetryCount: number;
  timeoutSeconds: number;
  trigger: 'task' | 'run' | 'schedule';
  createdAt: Date;
  /** Not before this instant. */
  scheduledAt: Date;
  attempts: HttpAttempt[];
  /** Attempts before this one are of before a retry by hand, and not counted. */
  countFrom: number;
  /** The start of its longest duration: when it was due, or was retried by hand. */
  since: Date;
  retryCount: number;
  /** How often it was told to wait for its destination. */
  held: number;
  /** It waits for its destination now. */
  isHeld: boolean;
  /** The attempt under way. */
  current: { startedAt: Date; worker: string } | null;
  outcome: 'completed' | 'failed' | 'cancelled' | null;
  error: { code: string; message: string } | null;
  finishedAt: Date | null;
}

const failure = new Schema({ code: String, message: String }, { _id: false });
const attempt = new Schema<HttpAttempt>(
  {
    startedAt: Date,
    finishedAt: Date,
    worker: String,
    outcome: String,
    status: { type: Number, default: null },
    error: { type: failure, default: null },
    timings: {
      type: new Schema(
        { queueMs: Number, connectMs: Number, firstByteMs: Number, totalMs: Number },
        { _id: false },
      ),
      default: null,
    },
    bytes: Number,
    answer: { type: String, default: null },
    redirects: Number,
    hostFailure: Boolean,
  },
  { _id: false },
);

const httpExecutionSchema = new Schema<HttpExecutionDoc>(
  {
    _id: { type: String, required: true },
    httpJobId: { type: String, required: true },
    name: { type: String, default: '' },
    way: { type: String, enum: TASK_WAYS, default: 'queue' },
    apiUrl: { type: String, required: true },
    destination: { type: String, required: true },
    maxRetryCount: { type: Number, required: true },
    timeoutSeconds: { type: Number, required: true },
    trigger: { type: String, required: true },
    createdAt: { type: Date, required: true },
    scheduledAt: { type: Date, required: true },
    attempts: { type: [attempt], default: [] },
    countFrom: { type: Number, default: 0 },
    since: { type: Date, required: true },
    retryCount: { type: Number, default: 0 },
    held: { type: Number, default: 0 },
    isHeld: { type: Boolean, default: false },
    current: {
      type: new Schema({ startedAt: Date, worker: String }, { _id: false }),
      default: null,
    },
    outcome: { type: String, default: null },
    error: { type: failure, default: null },
    finishedAt: { type: Date, default: null },
  },
  { collection: 'httpexecutions', versionKey: false, autoIndex: false },
);

// A job's executions, newest first; those beyond the last hundred.
httpExecutionSchema.index({ httpJobId: 1, createdAt: -1, _id: -1 });
// What the API's process calls itself: what is due, and what was begun.
httpExecutionSchema.index(
  { outcome: 1, scheduledAt: 1 },
  { partialFilterExpression: { way: 'in-memory' } },
);
// The tasks that the report on both ways is of.
httpExecutionSchema.index({ trigger: 1, createdAt: -1 });
// How many tasks each destination keeps waiting.
httpExecutionSchema.index(
  { isHeld: 1, destination: 1 },
  { partialFilterExpression: { isHeld: true } },
);

export const HttpExecutionModel = model<HttpExecutionDoc>('HttpExecution', httpExecutionSchema);
