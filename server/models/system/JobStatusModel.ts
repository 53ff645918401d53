import { model, Schema, type Types } from 'mongoose';

/** Where a job stands; recording/states.ts holds the one table of how it may move on. */
export const JOB_STATUSES = [
  'scheduled',
  'queued',
  'active',
  'delayed',
  'completed',
  'failed',
  'cancelled',
  'duplicate',
] as const;
export type JobState = (typeof JOB_STATUSES)[number];

/** What went wrong in one attempt. */
export interface JobFailure {
  code: string;
  message: string;
}

/** What one start of a job came to. `postponed`: its work asked for a later time. */
export interface AttemptDoc {
  generation: number;
  /** Which start of this generation, from 1. */
  start: number;
  startedAt: Date | null;
  endedAt: Date | null;
  worker: string | null;
  outcome: (typeof ATTEMPT_OUTCOMES)[number];
  error: JobFailure | null;
}
export const ATTEMPT_OUTCOMES = [
  'completed',
  'failed',
  'handed-back',
  'postponed',
  'cancelled',
] as const;

/** A line that a job's work wrote. */
export interface LogLineDoc {
  at: Date;
  text: string;
}

/** A generation of a job that ended as failed, before the job was retried. */
export interface FailedGeneration {
  generation: number;
  finishedAt: Date | null;
  /** One line for each failed attempt, oldest first. */
  history: string[];
}

/** The durable record of one job: the outbox entry first, the account of what became of it later. */
export interface JobStatusDoc {
  /** `<kind>-<runId>-<item>` for a job of a run, a ULID for one of its own. */
  _id: string;
  kind: string;
  /** Null for a job that belongs to no run. */
  runId: string | null;
  runSeq: number;
  queue: string;
  /** The user whom it is about, if it is about one. */
  userId: Types.ObjectId | null;
  status: JobState;
  /** How often the job was put into Redis anew; from the second on the queue's id ends in `-g<n>`. */
  generation: number;
  /** Attempts that ended since it was put in by its enqueuer or a retry, over all generations since. */
  attempts: number;
  /** Pick-ups by a worker, within this generation: the fence against a worker that woke up late. */
  starts: number;
  /** What the processor is given; kept so that the job can be put into Redis again from here. */
  payload: Record<string, unknown>;
  payloadVersion: number;
  /** While another job of the queue with this id is pending, a run's job is its duplicate. */
  deduplicationId: string | null;
  /** The identity that its enqueuer gave it: the same kind and key is the same job. */
  key: string | null;
  /** The key while it stands for this job: a cancelled or duplicate one has released it. */
  keyHeld?: string;
  /** At most one open job of a kind has the same `unique`. */
  unique: string | null;
  /** The same while this job is that one: released when it ends, or begins if `uniqueUntil` says so. */
  uniqueHeld?: string;
  /** Whether its work begins by releasing `unique`; absent where it ends by that. */
  uniqueUntil?: 'start';
  /** Not before this instant; null for at once. */
  runAt: Date | null;
  /** Since when its own work has been asking for a later time. */
  postponedSince?: Date;
  /** An administrator wants it cancelled; whoever has it, or finds it, does so. */
  cancelRequestedAt?: Date;
  /** That is meant for as long as it is not at work: its queue was drained. */
  cancelUnlessAtWork?: boolean;
  /** Lower goes first; null for the default. */
  priority: number | null;
  /** Attempts in all and the time each may take, where the enqueuer said so; else the kind's. */
  maxAttempts: number | null;
  deadlineMs: number | null;
  duplicateOf: string | null;
  /** The HTTP request that put it into the queue last; null when a schedule did. */
  requestId?: string | null;
  error: JobFailure | null;
  /** One line for each failed attempt of a job that ended as failed, oldest first. */
  history: string[];
  /** The failed generations before this one, oldest first, the last ten of them. */
  failedGenerations: FailedGeneration[];
  /** Starts that ended, but for one that succeeded at once: the record itself says that. */
  attemptLog?: AttemptDoc[];
  logLines?: LogLineDoc[];
  /** How far the work is, 0 to 100, as it said last. */
  progress?: number;
  result: unknown;
  /** How much the work did, by its result's own count; null where it does not count. */
  effects: number | null;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  durationMs: number | null;
  worker: string | null;
  updatedAt: Date;
  /** Names the one call that put it in anew last, among those that meant to; none in generation 1. */
  claim?: string;
  /** Set with a final state: MongoDB deletes the record at that instant. */
  expiresAt?: Date;
}

const jobStatusSchema = new Schema<JobStatusDoc>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    runId: { type: String, default: null },
    runSeq: { type: Number, required: true },
    queue: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, default: null },
    status: { type: String, enum: JOB_STATUSES, required: true },
    generation: { type: Number, required: true },
    attempts: { type: Number, required: true },
    starts: { type: Number, required: true },
    payload: { type: Schema.Types.Mixed, required: true },
    payloadVersion: { type: Number, required: true },
    deduplicationId: { type: String, default: null },
    key: { type: String, default: null },
    keyHeld: String,
    unique: { type: String, default: null },
    uniqueHeld: String,
    uniqueUntil: { type: String, enum: ['start'] },
    runAt: { type: Date, default: null },
    postponedSince: Date,
    cancelRequestedAt: Date,
    cancelUnlessAtWork: Boolean,
    priority: { type: Number, default: null },
    maxAttempts: { type: Number, default: null },
    deadlineMs: { type: Number, default: null },
    duplicateOf: { type: String, default: null },
    requestId: { type: String, default: null },
    error: { type: new Schema({ code: String, message: String }, { _id: false }), default: null },
    history: { type: [String], default: [] },
    failedGenerations: {
      type: [
        new Schema({ generation: Number, finishedAt: Date, history: [String] }, { _id: false }),
      ],
      default: [],
    },
    attemptLog: { type: [Schema.Types.Mixed], default: undefined },
    logLines: { type: [Schema.Types.Mixed], default: undefined },
    progress: Number,
    result: { type: Schema.Types.Mixed, default: null },
    effects: { type: Number, default: null },
    queuedAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
    durationMs: { type: Number, default: null },
    worker: { type: String, default: null },
    updatedAt: { type: Date, required: true },
    claim: String,
    expiresAt: Date,
  },
  { collection: 'jobstatuses', versionKey: false, autoIndex: false, minimize: false },
);

// A run's jobs, all or of one status, newest first; the reconciler's walk through a run.
jobStatusSchema.index({ runId: 1, status: 1, queuedAt: -1, _id: -1 });
// A user's jobs, newest first.
jobStatusSchema.index({ userId: 1, queuedAt: -1, _id: -1 });
// Recent jobs, all or of one status; the reconciler's pages of open jobs. The same of a kind, or a queue's kinds.
jobStatusSchema.index({ status: 1, queuedAt: -1, _id: -1 });
jobStatusSchema.index({ kind: 1, status: 1, queuedAt: -1, _id: -1 });
// Recent jobs that failed for a cause; no other job's record touches it.
jobStatusSchema.index(
  { 'error.code': 1, status: 1, queuedAt: -1, _id: -1 },
  { partialFilterExpression: { 'error.code': { $exists: true } } },
);
// The same kind and key is the same job; of the open jobs of a kind with the same unique there is one.
jobStatusSchema.index(
  { kind: 1, keyHeld: 1 },
  { unique: true, partialFilterExpression: { keyHeld: { $exists: true } } },
);
jobStatusSchema.index(
  { kind: 1, uniqueHeld: 1 },
  { unique: true, partialFilterExpression: { uniqueHeld: { $exists: true } } },
);
// What is to be put into Redis next of all that is due later.
jobStatusSchema.index({ runAt: 1, _id: 1 }, { partialFilterExpression: { status: 'scheduled' } });
// The jobs that are to be cancelled.
jobStatusSchema.index(
  { status: 1, cancelRequestedAt: 1 },
  { partialFilterExpression: { cancelRequestedAt: { $exists: true } } },
);
// What is due at a certain time, and what first, for the look after Redis lost its data.
jobStatusSchema.index(
  { status: 1, runAt: 1, _id: 1 },
  { partialFilterExpression: { runAt: { $type: 'date' } } },
);
// How many of a queue's jobs are in the DLQ; no other job's record touches it.
jobStatusSchema.index({ queue: 1, status: 1 }, { partialFilterExpression: { status: 'failed' } });
// The jobs that ended within a time, for the numbers of a day.
jobStatusSchema.index(
  { finishedAt: 1 },
  { partialFilterExpression: { finishedAt: { $type: 'date' } } },
);
jobStatusSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const JobStatusModel = model<JobStatusDoc>('JobStatus', jobStatusSchema);
