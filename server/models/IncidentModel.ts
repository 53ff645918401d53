import { model, Schema } from 'mongoose';

/** How all stood at one moment, kept for whoever is to look into it later. */
export interface IncidentDoc {
  /** The instant, and 128 random bits. */
  _id: string;
  at: Date;
  /** The e-mail of the account. */
  by: string;
  note: string;
  /** What the front page was answered, cut to a bounded size. */
  snapshot: object;
  expiresAt: Date;
}

const incidentSchema = new Schema<IncidentDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    by: { type: String, required: true },
    note: { type: String, default: '' },
    snapshot: { type: Schema.Types.Mixed, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'incidents', versionKey: false, autoIndex: false, minimize: false },
);

// How many were kept of late.
incidentSchema.index({ at: -1 });
incidentSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const IncidentModel = model<IncidentDoc>('Incident', incidentSchema);
