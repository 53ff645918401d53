import { model, Schema } from 'mongoose';

export const ADAPTERS = ['statuspage', 'json', 'uptime'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

/** How a service was found. `failed`: it could not be asked, or its answer was none. */
export const SERVICE_STATUSES = ['ok', 'degraded', 'down', 'failed'] as const;
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

/** A service outside this installation whose state is read each day. */
export interface ServiceDoc {
  /** A ULID. */
  _id: string;
  name: string;
  category: string;
  adapter: AdapterName;
  url: string;
  /** What the adapter is told besides the address, as it has checked it. */
  settings: Record<string, unknown>;
  /** Sealed; null without one. */
  apiKey: string | null;
  /** The header that carries the key, in lower case; null for `Authorization: Bearer`. */
  apiKeyHeader: string | null;
  active: boolean;
  /** Host and port: the services of one are not asked at the same time. */
  host: string;
  /** Made for show. */
  synthetic: boolean;
  /** What the newest slot with a log found; null before the first. */
  last: { slot: Date; status: ServiceStatus; at: Date } | null;
  /** People have heard that it fails, and not since that it is well again. */
  toldFailing: boolean;
  /** The job that tells people of a change at this moment. */
  telling: { jobId: string; failing: boolean; at: Date } | null;
  createdAt: Date;
  updatedAt: Date;
}

const serviceSchema = new Schema<ServiceDoc>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    category: { type: String, required: true },
    adapter: { type: String, enum: ADAPTERS, required: true },
    url: { type: String, required: true },
    settings: { type: Schema.Types.Mixed, required: true },
    apiKey: { type: String, default: null },
    apiKeyHeader: { type: String, default: null },
    active: { type: Boolean, required: true },
    host: { type: String, required: true },
    synthetic: { type: Boolean, default: false },
    last: {
      type: new Schema({ slot: Date, status: String, at: Date }, { _id: false }),
      default: null,
    },
    toldFailing: { type: Boolean, default: false },
    telling: {
      type: new Schema({ jobId: String, failing: Boolean, at: Date }, { _id: false }),
      default: null,
    },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'services', versionKey: false, autoIndex: false, minimize: false },
);

// A name stands for one service: an import finds it by it.
serviceSchema.index({ name: 1 }, { unique: true });
// What a run enumerates, and the lists by category.
serviceSchema.index({ active: 1, category: 1, _id: 1 });

// The changes of which people have yet to hear, and those that a job tells of.
serviceSchema.index({ toldFailing: 1, 'last.status': 1 });
serviceSchema.index(
  { 'telling.jobId': 1 },
  { partialFilterExpression: { 'telling.jobId': { $type: 'string' } } },
);

export const ServiceModel = model<ServiceDoc>('Service', serviceSchema);
