import { model, Schema } from 'mongoose';

export const CHECK_STATES = ['ok', 'degraded', 'down'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** How one part fared. */
export interface HealthCheck {
  name: string;
  state: CheckState;
  /** What was found, and where it is not well, what to do. */
  lines: string[];
}

/** How the installation fared at one look. */
export interface HealthSnapshotDoc {
  /** The id of the job that looked: a further try of it is the same snapshot. */
  _id: string;
  at: Date;
  checks: HealthCheck[];
  expiresAt: Date;
}

const healthSnapshotSchema = new Schema<HealthSnapshotDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    checks: [
      new Schema<HealthCheck>(
        { name: String, state: { type: String, enum: CHECK_STATES }, lines: [String] },
        { _id: false },
      ),
    ],
    expiresAt: { type: Date, required: true },
  },
  { collection: 'healthsnapshots', versionKey: false, autoIndex: false },
);

// The newest before this one.
healthSnapshotSchema.index({ at: -1 });
healthSnapshotSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const HealthSnapshotModel = model<HealthSnapshotDoc>('HealthSnapshot', healthSnapshotSchema);
