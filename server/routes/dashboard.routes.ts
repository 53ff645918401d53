import { z } from 'zod';
import type { DashboardController } from '../controllers/DashboardController.ts';
import { DEPLOYED_PARTS } from '../models/DeployModel.ts';
import { SLOT_STATES } from '../models/system/SlotModel.ts';
import { LEVELS, SITUATIONS } from '../Services/BackgroundJobs/overview/situation.ts';
import { auditEntry } from './audit.routes.ts';
import { errorCode, jobState, jobStatus, run, runId, userReference } from './jobStatus.schemas.ts';
import { queueHealth, workerHealth } from './queueHealth.routes.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull, pageOf, pageQuery, wholeNumber } from './schemas.ts';

const count = z.number().int().nonnegative();
const name = z.string().min(1).max(200);
const params = z.strictObject({ schedule: z.string().min(1).max(63) });

const situation = z
  .object({
    code: z.enum(SITUATIONS),
    level: z
      .enum(LEVELS)
      .meta({ description: 'down: no job is done; warning: a person is needed; notice; well' }),
    subject: z
      .string()
      .nullable()
      .meta({ description: 'The queue, schedule, run or worker that it is about' }),
    since: instantOrNull,
    affected: count.nullable().meta({ description: 'How many jobs it hits' }),
    of: count.nullable().meta({ description: 'Of how many' }),
    by: z.string().nullable(),
    note: z.string().nullable(),
    next: instantOrNull.meta({ description: 'The next slot: what comes if nothing is done' }),
  })
  .meta({ id: 'Situation' });

export const scheduleView = z
  .object({
    schedule: z.string(),
    expression: z.string().nullable(),
    timezone: z.string().nullable(),
    next: instantOrNull,
    overdue: instantOrNull.meta({ description: 'The oldest slot that is due and not begun' }),
    heldUntil: instantOrNull.meta({ description: 'Stopped until then; null while it runs' }),
    hold: z.object({ by: z.string(), why: z.string() }).nullable(),
    heldSince: instantOrNull,
    kind: z.string().nullable().meta({ description: 'What the jobs of its newest run do' }),
    slots: z
      .array(
        z.object({
          slot: instant,
          state: z.enum(SLOT_STATES),
          runId: z.string().nullable(),
          jobId: z.string().nullable(),
          note: z.string().nullable(),
          counts: run
            .pick({
              duplicates: true,
              queued: true,
              active: true,
              delayed: true,
              completed: true,
              failed: true,
              cancelled: true,
            })
            .nullable()
            .meta({ description: 'Of the run, once it is sealed' }),
          durationMs: z.number().nullable(),
        }),
      )
      .meta({ description: 'The newest 60, oldest first' }),
  })
  .meta({ id: 'Schedule' });

export const failureGroups = z
  .object({
    items: z.array(
      z.object({
        code: z.string(),
        jobs: count,
        users: count,
        firstAt: instant,
        lastAt: instant,
        texts: z
          .array(z.object({ text: z.string(), jobs: count, example: z.string() }))
          .meta({ description: 'Without ids and numbers, each with a job that failed so' }),
        dismissed: z
          .object({ at: instant, by: z.string(), note: z.string() })
          .nullable()
          .meta({ description: 'Who has set those up to an instant aside' }),
      }),
    ),
    looked: count.meta({ description: 'How many failed jobs were looked at' }),
    more: z.boolean().meta({ description: 'Whether older ones stand failed too' }),
  })
  .meta({ id: 'FailureGroups' });

export const overview = z
  .object({
    asOf: instant,
    situations: z.array(situation).meta({ description: 'The worst first; never empty' }),
    redis: z.enum(['up', 'down']),
    queues: z.array(queueHealth),
    workers: z.array(workerHealth),
    schedules: z.array(scheduleView),
    runs: z.array(run).meta({ description: 'The newest five' }),
  })
  .meta({ id: 'Overview' });

const keptIncident = z.object({
  id: z.string(),
  at: instant,
  by: z.string(),
  note: z.string(),
  keptUntil: instant,
});

export const incident = keptIncident
  .extend({
    snapshot: overview
      .extend({
        failures: z.array(
          z.object({
            code: z.string(),
            jobs: count,
            users: count,
            firstAt: instant,
            lastAt: instant,
          }),
        ),
      })
      .meta({ id: 'Snapshot', description: 'As /app/now answered it then' }),
  })
  .meta({ id: 'Incident' });

export const changes = z
  .object({
    since: instant.meta({ description: 'At most 30 days ago, whatever was asked for' }),
    asOf: instant,
    items: z
      .array(
        z.discriminatedUnion('what', [
          z.object({
            what: z.literal('deploy'),
            at: instant,
            part: z.enum(DEPLOYED_PARTS),
            version: z.string(),
            before: z.string().nullable(),
          }),
          auditEntry.pick({ action: true, summary: true, about: true, counts: true }).extend({
            what: z.literal('action'),
            at: instant.meta({ description: 'The last time' }),
            by: z.string(),
            times: count,
          }),
          z.object({
            what: z.literal('alarm'),
            at: instant,
            title: z.string(),
            text: z.string(),
          }),
          z.object({
            what: z.literal('run'),
            at: instant,
            ...run.pick({ runId: true, kind: true, failed: true, balanced: true, warnings: true })
              .shape,
            of: count,
          }),
        ]),
      )
      .meta({ description: 'Newest first; the same done again by the same person is one' }),
    more: z.boolean().meta({ description: 'Whether there was more, which is left out' }),
  })
  .meta({ id: 'Changes' });

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
      path: '/app/incidents/:id',
      tag: 'Dashboard',
      summary: 'How all stood at a moment that was kept',
      guard: 'reader',
      params: z.strictObject({ id: z.string().regex(/^[\w-]{22}$/, 'is no id of a kept moment') }),
      responses: { 200: incident },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.incident(params.id),
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
