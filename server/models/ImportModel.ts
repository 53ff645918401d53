import { model, Schema } from 'mongoose';

/** What became of the last import of one source; one that was interrupted has no end. */
interface ImportDoc {
  _id: string;
  startedAt: Date;
  finishedAt: Date | null;
}

const importSchema = new Schema<ImportDoc>(
  {
    _id: { type: String, required: true },
    startedAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
  },
  { collection: 'imports', versionKey: false, autoIndex: false },
);

export const ImportModel = model<ImportDoc>('Import', importSchema);
