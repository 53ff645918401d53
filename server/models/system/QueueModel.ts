import { model, Schema } from 'mongoose';

/** A canary that came back. */
export interface CanaryReturn {
  sentAt: Date;
  doneAt: Date;
  roundTripMs: number;
  worker: string;
}

/** What is known of a queue outside Redis: the proof that jobs flow must outlive Redis' data. */
export interface QueueDoc {
  /** The queue's name. */
  _id: string;
  lastCompletedAt: Date | null;
  /** By when a worker last took a job, a canary too, whatever became of it. */
  lastTakenAt: Date | null;
  /** When the first job was begun that no end of a job has followed; null when none is. */
  endlessSince: Date | null;
  /** When the canary under way was sent; null when none is. */
  canarySentAt: Date | null;
  canary: CanaryReturn | null;
  /** Who paused it, when and why; null while it is open. */
  paused: QueuePause | null;
  /** What an administrator has limited it to; what is null is as its definition says. */
  limits: QueueLimits | null;
  /** When it was drained, while jobs of before are left: a start must ask its record first. */
  drainedAt?: Date | null;
  /** No job begins before this instant of the store's clock: by then all workers know that it was drained. */
  heldUntil?: Date | null;
}

export interface QueuePause {
  at: Date;
  /** The e-mail of the account. */
  by: string;
  note: string;
}

export interface QueueLimits {
  /** Jobs at once in one worker process. */
  concurrency: number | null;
  /** Jobs at once over all workers. It is no mutual exclusion: a job whose worker froze may have a second start. */
  maxConcurrency: number | null;
  /** At most `max` jobs begin within `durationMs`, over all workers. */
  rate: { max: number; durationMs: number } | null;
}

const canarySchema = new Schema<CanaryReturn>(
  {
    sentAt: { type: Date, required: true },
    doneAt: { type: Date, required: true },
    roundTripMs: { type: Number, required: true },
    worker: { type: String, required: true },
  },
  { _id: false },
);

const queueSchema = new Schema<QueueDoc>(
  {
    _id: { type: String, required: true },
    lastCompletedAt: { type: Date, default: null },
    lastTakenAt: { type: Date, default: null },
    endlessSince: { type: Date, default: null },
    canarySentAt: { type: Date, default: null },
    canary: { type: canarySchema, default: null },
    paused: {
      type: new Schema<QueuePause>({ at: Date, by: String, note: String }, { _id: false }),
      default: null,
    },
    limits: {
      type: new Schema<QueueLimits>(
        {
          concurrency: { type: Number, default: null },
          maxConcurrency: { type: Number, default: null },
          rate: {
            type: new Schema({ max: Number, durationMs: Number }, { _id: false }),
            default: null,
          },
        },
        { _id: false },
      ),
      default: null,
    },
    drainedAt: { type: Date, default: null },
    heldUntil: { type: Date, default: null },
  },
  { collection: 'queues', versionKey: false, autoIndex: false },
);

export const QueueModel = model<QueueDoc>('Queue', queueSchema);
