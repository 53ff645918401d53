import { model, Schema } from 'mongoose';

/** What is known of a host that HTTP tasks call, over all workers. */
export interface DestinationDoc {
  /** Host and port. */
  _id: string;
  /** Raised with each change: of two that change it at once, one looks again. */
  version: number;
  /** Calls under way; one whose worker died counts until then. */
  inFlight: { jobId: string; until: Date }[];
  /** Failures of the host in a row. */
  failures: number;
  /** When the first of them began. */
  failingSince: Date | null;
  /** While the host counts as down: no call before this instant. */
  heldUntil: Date | null;
  /** The host asked for it (Retry-After): no call before this instant. */
  waitUntil: Date | null;
  /** The last time that it was down. */
  lastDown: { from: Date; to: Date } | null;
  /** Calls begun in the present span of the rate. */
  window: { startedAt: Date; used: number } | null;
}

const destinationSchema = new Schema<DestinationDoc>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    inFlight: {
      type: [new Schema({ jobId: String, until: Date }, { _id: false })],
      default: [],
    },
    failures: { type: Number, default: 0 },
    failingSince: { type: Date, default: null },
    heldUntil: { type: Date, default: null },
    waitUntil: { type: Date, default: null },
    lastDown: { type: new Schema({ from: Date, to: Date }, { _id: false }), default: null },
    window: { type: new Schema({ startedAt: Date, used: Number }, { _id: false }), default: null },
  },
  { collection: 'destinations', versionKey: false, autoIndex: false },
);

export const DestinationModel = model<DestinationDoc>('Destination', destinationSchema);
