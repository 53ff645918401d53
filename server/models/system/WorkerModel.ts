import { model, Schema } from 'mongoose';

/** What an administrator may ask of a worker: to take no more jobs, to take jobs again, or to stop. */
export const WORKER_ORDERS = ['quiet', 'work', 'stop'] as const;
export type WorkerOrder = (typeof WORKER_ORDERS)[number];

/** What somebody asked of a worker. */
export interface WorkerAsked {
  order: WorkerOrder;
  at: Date;
  /** The e-mail of the account. */
  by: string;
}

/** A worker's sign of life, renewed every few seconds while it lives. */
export interface WorkerDoc {
  /** `<host>:<pid>:<start>`: a process has it once. */
  _id: string;
  host: string;
  pid: number;
  /** Within which `pid` names a process: containers may share a host's name. */
  pidSpace: string;
  /** PM2's instance number, if it runs under PM2. */
  instance: string | null;
  version: string;
  /** Those whose jobs it takes. */
  queues: string[];
  /** Those that it could not register, and why. */
  failedQueues: { queue: string; reason: string }[];
  runningJobs: number;
  memoryBytes: number;
  startedAt: Date;
  lastSeenAt: Date;
  /** Set when it stopped in order; a worker that ends without it may have left jobs behind. */
  farewellAt: Date | null;
  /** Whether it takes no jobs because somebody asked for that; absent of versions that cannot. */
  quiet?: boolean;
  /** What was asked of it last. */
  asked?: WorkerAsked | null;
  /** The queues in which another worker has taken over what this one left behind. */
  takenOver: string[];
  expiresAt: Date;
}

const workerSchema = new Schema<WorkerDoc>(
  {
    _id: { type: String, required: true },
    host: { type: String, required: true },
    pid: { type: Number, required: true },
    pidSpace: { type: String, default: '' },
    instance: { type: String, default: null },
    version: { type: String, required: true },
    queues: { type: [String], required: true },
    failedQueues: {
      type: [new Schema({ queue: String, reason: String }, { _id: false })],
      default: [],
    },
    runningJobs: { type: Number, required: true },
    memoryBytes: { type: Number, required: true },
    startedAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
    farewellAt: { type: Date, default: null },
    quiet: { type: Boolean, default: false },
    asked: {
      type: new Schema(
        { order: { type: String, enum: WORKER_ORDERS }, at: Date, by: String },
        { _id: false },
      ),
      default: null,
    },
    takenOver: { type: [String], default: [] },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'workers', versionKey: false, autoIndex: false },
);

workerSchema.index({ lastSeenAt: 1 });
// The workers of one host, for what crashed ones left behind.
workerSchema.index({ host: 1, pidSpace: 1 });
workerSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const WorkerModel = model<WorkerDoc>('Worker', workerSchema);
