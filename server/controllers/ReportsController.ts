import { ulid } from 'ulid';
import { AppError } from '../errors/AppError.ts';
import { type ReportDoc, ReportModel, type ReportType } from '../models/commerce/ReportModel.ts';
import { insertOnce } from '../models/insertOnce.ts';
import { documentOf, type Page, pageOfModel } from '../models/pages.ts';
import { openReportFile } from '../models/reportFiles.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { reportJob } from '../Services/BackgroundJobs/jobs/report/report.job.ts';
import type { ReportLinks } from '../Services/Reports/reportLinks.ts';
import { accepted, FileAnswer, ok } from './reply.ts';

export interface ReportsDeps {
  enqueuer: Enqueuer;
  reportLinks: ReportLinks;
}

interface NewReport {
  type: ReportType;
  format: ReportDoc['format'];
  from: string | null;
  asOf: string;
}

const KEPT_MS = 30 * 86_400_000;
const MEDIA = {
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
} as const;

/** Reports of the wholesale business over HTTP. */
export function createReportsController({ enqueuer, reportLinks }: ReportsDeps, base: string) {
  function reportView({ _id: id, fileId, making: _, ...report }: ReportDoc) {
    const link = fileId === null ? null : reportLinks.linkTo(id);
    const query = link && new URLSearchParams({ ...signed(link) });
    return {
      ...{ id, ...report },
      download: link && {
        url: `${base}/${id}/download?${query}`,
        expiresAt: link.expiresAt,
      },
    };
  }

  return {
    async ask(asked: NewReport) {
      const _id = ulid();
      const now = Date.now();
      const report: ReportDoc = {
        ...{ _id, ...asked, state: 'queued', progress: 0, rows: null, bytes: null, fileId: null },
        ...{ createdAt: new Date(now), expiresAt: new Date(now + KEPT_MS) },
      };
      await insertOnce(ReportModel, report);
      try {
        await enqueuer.enqueue(reportJob, { reportId: _id }, { key: _id });
      } catch (error) {
        await ReportModel.deleteOne({ _id, state: 'queued' });
        throw error;
      }
      return accepted(reportView(report));
    },
    async list(page: Page) {
      const { items, nextCursor } = await pageOfModel(ReportModel, {}, page);
      return ok({ items: items.map(reportView), nextCursor });
    },
    report: async (id: string) => ok(reportView(await documentOf(ReportModel, 'report', id))),
    async download(id: string, link: { expires: number; signature: string }) {
      if (!reportLinks.isGood(id, link)) {
        throw new AppError('FORBIDDEN', 'This link has expired: ask for the report again.');
      }
      const { fileId, bytes, type, asOf, format } = await documentOf(ReportModel, 'report', id);
      if (fileId === null || bytes === null) {
        throw new AppError('NOT_FOUND', `The report ${id} is not made yet.`);
      }
      const name = `${type}-${asOf}.${format}`;
      const content = openReportFile(fileId);
      return ok(new FileAnswer({ name, media: MEDIA[format], bytes, content }));
    },
  };
}

export type ReportsController = ReturnType<typeof createReportsController>;

function signed({ expires, signature }: { expires: number; signature: string }) {
  return { expires: String(expires), signature };
}
