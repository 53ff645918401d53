import { z } from 'zod';
import type { ReportsController } from '../controllers/ReportsController.ts';
import { FileAnswer } from '../controllers/reply.ts';
import { REPORT_FORMATS, REPORT_STATES, REPORT_TYPES } from '../models/commerce/ReportModel.ts';
import { addDays, utcDay } from '../Services/Commerce/days.ts';
import { day, id } from './commerce.schemas.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, pageOf, pageQuery } from './schemas.ts';

export const REPORTS = '/api/v1/commerce/reports';
const byId = z.strictObject({ id });
/** The period of a sales report, if nothing else is said: a year. */
const PERIOD_DAYS = 364;

export const reportView = z
  .object({
    id: z.string(),
    type: z.enum(REPORT_TYPES),
    format: z.enum(REPORT_FORMATS),
    from: day.nullable(),
    asOf: day,
    state: z.enum(REPORT_STATES),
    progress: z.number().int().meta({ description: '0 to 100' }),
    rows: z.number().int().nullable(),
    bytes: z.number().int().nullable(),
    createdAt: instant,
    expiresAt: instant.meta({ description: 'Then the report is removed' }),
    download: z
      .object({ url: z.string(), expiresAt: instant })
      .nullable()
      .meta({ description: 'A link that needs no token, once the report is made' }),
  })
  .meta({ id: 'Report' });

/** Reports, under /api/v1/commerce/reports. */
export function reportsRoutes(controller: ReportsController): Route[] {
  const common = { tag: 'Commerce' } as const;
  return [
    defineRoute({
      ...{ ...common, method: 'post', path: REPORTS, guard: 'administrator' },
      summary: 'Ask for a report; the queue REPORT_GENERATION makes it',
      body: z.strictObject({
        type: z.enum(REPORT_TYPES),
        format: z.enum(REPORT_FORMATS).default('pdf'),
        asOf: day.optional().meta({ description: 'The day, or the last of the sales; today' }),
        from: day.optional().meta({ description: 'The first day of the sales; a year before' }),
      }),
      responses: { 202: reportView },
      errors: ENQUEUE_ERRORS,
      handle({ body: { type, format, asOf = utcDay(new Date()), from } }) {
        const begins = type === 'sales' ? (from ?? addDays(asOf, -PERIOD_DAYS)) : null;
        return controller.ask({ type, format, asOf, from: begins });
      },
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: REPORTS, guard: 'reader' },
      summary: 'The reports, by id',
      query: z.strictObject(pageQuery(50)),
      responses: { 200: pageOf(reportView) },
      handle: ({ query }) => controller.list(query),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${REPORTS}/:id`, guard: 'reader' },
      summary: 'One report, how far it is, and a link to it',
      params: byId,
      responses: { 200: reportView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.report(params.id),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${REPORTS}/:id/download`, guard: 'anyone' },
      summary: 'The file of a report, by its signed link',
      media: 'application/octet-stream',
      params: byId,
      query: z.strictObject({
        expires: z
          .string()
          .regex(/^\d{1,10}$/, 'is no time')
          .transform(Number),
        signature: z.string().min(1).max(100),
      }),
      responses: {
        200: z.instanceof(FileAnswer).meta({ type: 'string', format: 'binary' }),
      },
      errors: ['FORBIDDEN', 'NOT_FOUND'],
      handle: ({ params, query }) => controller.download(params.id, query),
    }),
  ];
}
