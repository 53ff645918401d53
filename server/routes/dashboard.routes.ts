import { z } from 'zod';
import type { DashboardController } from '../controllers/DashboardController.ts';
import {
  changes,
  count,
  failureGroups,
  incident,
  keptIncident,
  overview,
  scheduleView,
} from './dashboard.schemas.ts';
import { errorCode, jobState, jobStatus, runId, userReference } from './jobStatus.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, pageOf, pageQuery, wholeNumber } from './schemas.ts';

const name = z.string().min(1).max(200);
const moment = z.strictObject({
  id: z.string().regex(/^[0-9a-z]{8}-[\w-]{22}$/, 'is no id of a kept moment'),
});
const params = z.strictObject({ schedule: z.string().min(1).max(63) });

/** What people see first, and the schedules. */
export function dashboardRoutes(controller: DashboardController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/app/now',
      tag: 'Dashboard',
      summary: 'What is the matter now, and how everything fares',
      guard: 'reader',
      shared: true,
      responses: { 200: overview },
      handle: () => controller.now(),
    }),
    defineRoute({
      method: 'get',
      path: '/app/changes',
      tag: 'Dashboard',
      summary: 'What happened since an instant',
      description:
        'Other versions that began, what administrators did, notices, and runs that ended with failures, with warnings or without balance.',
      guard: 'reader',
      query: z.strictObject({
        since: z.iso
          .datetime({ offset: true })
          .optional()
          .meta({ description: 'A day ago if it is not said' }),
        limit: wholeNumber({ min: 1, max: 200 })
          .default(50)
          .meta({ type: 'integer', minimum: 1, maximum: 200, default: 50 }),
      }),
      responses: { 200: changes },
      handle: ({ query }) => controller.changes(query.since, query.limit),
    }),
    defineRoute({
      method: 'post',
      path: '/app/incidents',
      tag: 'Dashboard',
      summary: 'Keep how all stands now, for whoever looks into it later',
      description:
        'For 90 days, under an id that cannot be guessed; at most 60 within an hour. /incidents/{id} shows it.',
      guard: 'administrator',
      body: z.strictObject({ note: z.string().max(500).default('') }),
      responses: { 201: keptIncident },
      handle: ({ body: { note }, account }) => controller.keepIncident({ by: account.email, note }),
    }),
    defineRoute({
      method: 'get',
      path: '/app/incidents',
      tag: 'Dashboard',
      summary: 'The moments that are kept, newest first',
      guard: 'reader',
      query: z.strictObject(pageQuery(50)),
      responses: { 200: pageOf(keptIncident) },
      handle: ({ query }) => controller.incidents(query),
    }),
    defineRoute({
      method: 'get',
      path: '/app/incidents/:id',
      tag: 'Dashboard',
      summary: 'How all stood at a moment that was kept',
      guard: 'reader',
      params: moment,
      responses: { 200: incident },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.incident(params.id),
    }),
    defineRoute({
      method: 'delete',
      path: '/app/incidents/:id',
      tag: 'Dashboard',
      summary: 'Keep a moment no longer',
      guard: 'administrator',
      params: moment,
      responses: { 200: z.object({ id: z.string(), removed: z.literal(true) }) },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.forgetIncident(params.id),
    }),
    defineRoute({
      method: 'get',
      path: '/app/jobs',
      tag: 'Jobs',
      summary: 'Search jobs, newest first',
      description: 'A job fits when all that is asked for does.',
      guard: 'reader',
      query: z.strictObject({
        ...pageQuery(50),
        status: jobState.optional(),
        user: userReference.optional(),
        run: runId.optional(),
        kind: name.optional(),
        queue: name.optional(),
        error: errorCode.optional(),
        key: name.optional(),
        id: name.optional().meta({ description: 'Of a job, a run or a user, whichever there is' }),
      }),
      responses: { 200: pageOf(jobStatus) },
      handle: ({ query }) => controller.search(query),
    }),
    defineRoute({
      method: 'get',
      path: '/app/failures',
      tag: 'Jobs',
      summary: 'The newest failed jobs by cause, at most 2,000 of them',
      guard: 'reader',
      query: z.strictObject({ runId: runId.optional() }),
      responses: { 200: failureGroups },
      handle: ({ query }) => controller.failures(query.runId),
    }),
    defineRoute({
      method: 'post',
      path: '/app/failures/dismiss',
      tag: 'Jobs',
      summary: 'Set the failures of one cause aside',
      description:
        'The jobs stay failed and can be retried, but /app/now counts them no more. What fails later is news again.',
      guard: 'administrator',
      body: z.strictObject({ code: errorCode, note: z.string().max(500).default('') }),
      responses: { 200: z.object({ code: z.string(), jobs: count }) },
      handle: ({ body: { code, note }, account }) =>
        controller.dismiss(code, { by: account.email, note }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/failures/recall',
      tag: 'Jobs',
      summary: 'Count the failures of a cause again that were set aside',
      guard: 'administrator',
      body: z.strictObject({ code: errorCode }),
      responses: { 200: z.object({ code: z.string(), recalled: z.boolean() }) },
      handle: ({ body: { code } }) => controller.recall(code),
    }),
    defineRoute({
      method: 'get',
      path: '/app/schedules',
      tag: 'Schedules',
      summary: 'The schedules, when each is due, and what became of its slots',
      guard: 'reader',
      responses: { 200: z.object({ items: z.array(scheduleView) }) },
      handle: () => controller.schedules(),
    }),
    defineRoute({
      method: 'get',
      path: '/app/schedules/:schedule/preview',
      tag: 'Schedules',
      summary: 'When a schedule is due within a week, at most 200 times',
      guard: 'reader',
      params,
      responses: { 200: z.object({ slots: z.array(instant) }) },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.preview(params.schedule),
    }),
    defineRoute({
      method: 'post',
      path: '/app/schedules/:schedule/stop',
      tag: 'Schedules',
      summary: 'Let no slot of a schedule begin anything',
      description: 'Until it is started again, or until the instant given. What runs goes on.',
      guard: 'administrator',
      params,
      body: z.strictObject({
        note: z.string().max(500).default(''),
        until: z.iso.datetime({ offset: true }).optional(),
      }),
      responses: { 200: scheduleView },
      errors: ['NOT_FOUND'],
      handle: ({ params, body, account }) =>
        controller.stopSchedule(params.schedule, { ...body, by: account.email }),
    }),
    defineRoute({
      method: 'post',
      path: '/app/schedules/:schedule/start',
      tag: 'Schedules',
      summary: 'Let the slots of a stopped schedule begin again',
      guard: 'administrator',
      params,
      responses: { 200: scheduleView },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.startSchedule(params.schedule),
    }),
  ];
}
