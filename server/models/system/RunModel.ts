import { model, Schema } from 'mongoose';

export const RUN_TRIGGERS = ['schedule', 'catch-up', 'manual', 'backfill'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];
export const RUN_MODES = ['queue', 'legacy'] as const;
export type RunMode = (typeof RUN_MODES)[number];
export const RUN_STATUSES = ['enumerating', 'running', 'completed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** How many of a run's items stand where; together they balance against `enumerated`. */
export interface RunCounts {
  duplicates: number;
  queued: number;
  active: number;
  delayed: number;
  completed: number;
  failed: number;
  cancelled: number;
}

/** The ledger of one slot or one manual request. It outlives its JobStatus documents. */
export interface RunDoc {
  /** `<schedule>-20261122T110000Z` for a slot, `m-<ULID>` for any other. */
  _id: string;
  /** The kind of job that each of its items becomes. */
  kind: string;
  /** What its source was given, such as the day of the work. */
  input: Record<string, unknown>;
  /** From one sequence in MongoDB: orders all runs, whatever the clocks say. */
  runSeq: number;
  schedule: string | null;
  slot: Date | null;
  trigger: RunTrigger;
  mode: RunMode;
  batchSize: number;
  status: RunStatus;
  /** Who enumerates now; a token that is no longer here must not move the checkpoint. */
  lease: { token: string; expiresAt: Date } | null;
  /** All items up to this id have been recorded and handed on; null before the first page. */
  checkpoint: string | null;
  /** Items recorded up to the checkpoint. */
  enumerated: number;
  enumerationEnded: boolean;
  /** The items asked for, in order of id; null for all that its source has. */
  selection: string[] | null;
  /** Items deleted while the run was open: taken off `enumerated` once the checkpoint is past them. */
  forgotten: string[];
  /** The totals, once every job is final; null while the run is open. */
  sealed: RunCounts | null;
  /** How often its jobs were about to be retried: totals counted before are not sealed after. */
  reopenings: number;
  /** Retries that are about to claim jobs of it: until they have, or are overdue, it is not sealed. */
  claims?: { token: string; until: Date }[];
  /** What a run opened again had counted in records that have expired since. */
  expired: RunCounts | null;
  warnings: string[];
  requestId: string | null;
  /** Who asked, and with which Idempotency-Key; absent for schedules. */
  request?: { accountId: string; key: string; fingerprint: string };
  startedAt: Date;
  finishedAt: Date | null;
}

const countsSchema = new Schema<RunCounts>(
  {
    duplicates: Number,
    queued: Number,
    active: Number,
    delayed: Number,
    completed: Number,
    failed: Number,
    cancelled: Number,
  },
  { _id: false },
);

const runSchema = new Schema<RunDoc>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    input: { type: Schema.Types.Mixed, required: true },
    runSeq: { type: Number, required: true },
    schedule: { type: String, default: null },
    slot: { type: Date, default: null },
    trigger: { type: String, enum: RUN_TRIGGERS, required: true },
    mode: { type: String, enum: RUN_MODES, required: true },
    batchSize: { type: Number, required: true },
    status: { type: String, enum: RUN_STATUSES, required: true },
    lease: {
      type: new Schema({ token: String, expiresAt: Date }, { _id: false }),
      default: null,
    },
    checkpoint: { type: String, default: null },
    enumerated: { type: Number, default: 0 },
    enumerationEnded: { type: Boolean, default: false },
    selection: { type: [String], default: null },
    forgotten: { type: [String], default: [] },
    sealed: { type: countsSchema, default: null },
    reopenings: { type: Number, default: 0 },
    claims: [new Schema({ token: String, until: Date }, { _id: false })],
    expired: { type: countsSchema, default: null },
    warnings: { type: [String], default: [] },
    requestId: { type: String, default: null },
    request: {
      type: new Schema({ accountId: String, key: String, fingerprint: String }, { _id: false }),
      required: false,
    },
    startedAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
  },
  { collection: 'runs', versionKey: false, autoIndex: false, minimize: false },
);

// Exactly one run a slot, even if the election fails.
runSchema.index(
  { schedule: 1, slot: 1 },
  { unique: true, partialFilterExpression: { slot: { $type: 'date' } } },
);
runSchema.index({ runSeq: -1 }, { unique: true });
// The newest run of a kind.
runSchema.index({ kind: 1, runSeq: -1 });
// Runs that began in the future of a clock that was set back.
runSchema.index({ startedAt: -1 });
// The runs that have ended since an instant.
runSchema.index({ finishedAt: -1 });
// The open runs, for the sealer and for producers that look for a dead one's work.
runSchema.index({ status: 1, runSeq: 1 });
// The same request again answers with the same run.
runSchema.index(
  { 'request.accountId': 1, 'request.key': 1 },
  { unique: true, partialFilterExpression: { 'request.key': { $type: 'string' } } },
);

export const RunModel = model<RunDoc>('Run', runSchema);
