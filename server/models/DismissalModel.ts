import { model, Schema } from 'mongoose';

/** Failures of one cause that somebody has looked at and set aside; later ones are news again. */
export interface DismissalDoc {
  /** The code that the failures bear. */
  _id: string;
  /** Failures up to this instant of the store's clock are set aside. */
  at: Date;
  /** The e-mail of the account. */
  by: string;
  note: string;
}

const dismissalSchema = new Schema<DismissalDoc>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    by: { type: String, required: true },
    note: { type: String, default: '' },
  },
  { collection: 'dismissals', versionKey: false, autoIndex: false },
);

export const DismissalModel = model<DismissalDoc>('Dismissal', dismissalSchema);
