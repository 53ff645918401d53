import { model, Schema } from 'mongoose';

/** The processes whose versions are noted. */
export const DEPLOYED_PARTS = ['api', 'worker'] as const;
export type DeployedPart = (typeof DEPLOYED_PARTS)[number];

/** That one kind of process began in another version than before. */
export interface DeployDoc {
  /** `<part>-<number>`: of several processes that begin at once, one notes it. */
  _id: string;
  part: DeployedPart;
  /** Counts the deploys of this part. */
  number: number;
  version: string;
  /** The version before; null for the first that was noted. */
  before: string | null;
  at: Date;
}

const deploySchema = new Schema<DeployDoc>(
  {
    _id: { type: String, required: true },
    part: { type: String, enum: DEPLOYED_PARTS, required: true },
    number: { type: Number, required: true },
    version: { type: String, required: true },
    before: { type: String, default: null },
    at: { type: Date, required: true },
  },
  { collection: 'deploys', versionKey: false, autoIndex: false },
);

// The newest of a part.
deploySchema.index({ part: 1, number: -1 });
// What was deployed since an instant.
deploySchema.index({ at: -1 });

export const DeployModel = model<DeployDoc>('Deploy', deploySchema);
