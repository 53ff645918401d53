import { model, Schema, type Types } from 'mongoose';

export const REPORT_TYPES = ['sales', 'ageing', 'days-sales-outstanding'] as const;
export type ReportType = (typeof REPORT_TYPES)[number];
export const REPORT_FORMATS = ['pdf', 'xlsx', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const REPORT_STATES = ['queued', 'working', 'done', 'failed'] as const;

/** A report that was asked for, and its file once it is made. */
export interface ReportDoc {
  _id: string;
  type: ReportType;
  format: ReportFormat;
  /** Days, `YYYY-MM-DD`; `from` is of sales alone. */
  from: string | null;
  asOf: string;
  state: (typeof REPORT_STATES)[number];
  /** 0 to 100. */
  progress: number;
  rows: number | null;
  bytes: number | null;
  fileId: Types.ObjectId | null;
  /** The file that the newest try makes: an older one that goes on, as after its worker was frozen, leaves none. */
  making?: Types.ObjectId;
  createdAt: Date;
  /** Then it and its file are removed. */
  expiresAt: Date;
}

const reportSchema = new Schema<ReportDoc>(
  {
    _id: { type: String, required: true },
    type: { type: String, enum: REPORT_TYPES, required: true },
    format: { type: String, enum: REPORT_FORMATS, required: true },
    from: { type: String, default: null },
    asOf: { type: String, required: true },
    state: { type: String, enum: REPORT_STATES, required: true },
    progress: { type: Number, required: true },
    rows: { type: Number, default: null },
    bytes: { type: Number, default: null },
    fileId: { type: Schema.Types.ObjectId, default: null },
    making: { type: Schema.Types.ObjectId },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'reports', versionKey: false, autoIndex: false },
);

// Those whose time is over.
reportSchema.index({ expiresAt: 1 });

export const ReportModel = model<ReportDoc>('Report', reportSchema);
