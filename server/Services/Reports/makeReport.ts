import { AppError } from '../../errors/AppError.ts';
import {
  type ReportDoc,
  type ReportFormat,
  ReportModel,
} from '../../models/commerce/ReportModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { newFileId, removeReportFiles, storeReportFile } from '../../models/reportFiles.ts';
import { ageingReport } from './ageingReport.ts';
import { csvReport } from './csvReport.ts';
import { pdfReport } from './pdfReport.ts';
import type { Cell, ReportContent } from './reportContent.ts';
import { salesOutstandingReport } from './salesOutstandingReport.ts';
import { salesReport } from './salesReport.ts';
import { xlsxReport } from './xlsxReport.ts';

interface Making {
  readonly signal: AbortSignal;
  progress(percent: number): void;
}

const WRITERS: Readonly<
  Record<ReportFormat, (content: ReportContent) => AsyncIterable<Uint8Array>>
> = { pdf: pdfReport, xlsx: xlsxReport, csv: csvReport };

/**
 * Makes a report's file and stores it; one that is made already stays as it is. Of two tries, one of which took
 * the other for dead, the later one's file is the report's, and the other's is removed. Those whose time is over
 * are removed first.
 * @throws AppError NOT_FOUND without the report.
 */
export async function makeReport(
  reportId: string,
  { signal, progress }: Making,
): Promise<{ rows: number; bytes: number }> {
  await removeExpired();
  const report = await ReportModel.findById(reportId).lean<ReportDoc>();
  if (report === null) throw new AppError('NOT_FOUND', `There is no report ${reportId}.`);
  const { state, rows, bytes: made } = report;
  if (state === 'done' && rows !== null && made !== null) return { rows, bytes: made };
  const fileId = newFileId();
  const ours = { _id: reportId, making: fileId };
  const begun = { state: 'working', progress: 0, making: fileId } as const;
  await ReportModel.updateOne({ _id: reportId }, { $set: begun }, { writeConcern: DURABLE });
  await removeReportFiles(reportId);
  try {
    const content = await contentOf(report);
    const counted = { ...content, rows: withProgress(content, show) };
    const pieces = WRITERS[report.format](counted);
    const bytes = await storeReportFile({ reportId, fileId }, pieces, signal);
    const done = { state: 'done', progress: 100, rows: content.rowCount, bytes, fileId } as const;
    const change = { $set: done, $unset: { making: 1 } } as const;
    await ReportModel.updateOne(ours, change, { writeConcern: DURABLE });
    const isTheReports = (await ReportModel.exists({ _id: reportId, fileId })) !== null;
    if (!isTheReports) await removeReportFiles(reportId, fileId);
    return { rows: content.rowCount, bytes };
  } catch (error) {
    // Its next try, if there is one, begins anew.
    await ReportModel.updateOne({ ...ours, state: 'working' }, { $set: { state: 'failed' } });
    throw error;
  }

  async function show(percent: number): Promise<void> {
    progress(percent);
    await ReportModel.updateOne(ours, { $set: { progress: percent } });
  }
}

function contentOf({ type, from, asOf }: ReportDoc): Promise<ReportContent> {
  if (type === 'sales') return salesReport({ from: from ?? asOf, to: asOf });
  return type === 'ageing' ? ageingReport(asOf) : salesOutstandingReport(asOf);
}

const SHOWN_EACH_PERCENT = 5;

/** Passes the rows on, and shows each twentieth part of them. */
async function* withProgress(
  { rows, rowCount }: ReportContent,
  show: (percent: number) => Promise<void>,
): AsyncGenerator<readonly Cell[]> {
  let count = 0;
  let shown = 0;
  for await (const row of rows) {
    yield row;
    count += 1;
    const percent = Math.min(99, Math.floor((100 * count) / Math.max(rowCount, 1)));
    if (percent < shown + SHOWN_EACH_PERCENT) continue;
    shown = percent;
    await show(percent);
  }
}

async function removeExpired(): Promise<void> {
  const expired = await ReportModel.find({ expiresAt: { $lt: new Date() } }, { _id: 1 }).lean();
  for (const { _id } of expired) {
    await removeReportFiles(_id);
    await ReportModel.deleteOne({ _id });
  }
}
