import { model, Schema } from 'mongoose';

/** When a host may be asked next by the service sync. */
export interface HostTurnDoc {
  /** Host and port. */
  _id: string;
  nextAt: Date;
}

const hostTurnSchema = new Schema<HostTurnDoc>(
  { _id: { type: String, required: true }, nextAt: { type: Date, required: true } },
  { collection: 'hostturns', versionKey: false, autoIndex: false },
);

// A turn that has long passed says nothing.
hostTurnSchema.index({ nextAt: 1 }, { expireAfterSeconds: 86_400 });

export const HostTurnModel = model<HostTurnDoc>('HostTurn', hostTurnSchema);
