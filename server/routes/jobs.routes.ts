import { z } from 'zod';
import type { JobsController } from '../controllers/JobsController.ts';
import { JOB_STATUSES } from '../models/system/JobStatusModel.ts';
import type { JobKind } from '../Services/BackgroundJobs/queues/jobDefinition.ts';
import { idempotencyKey } from './jobStatus.schemas.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';

const name = z.string().min(1).max(200);

const enqueued = z
  .object({
    jobId: z.string(),
    became: z.enum(['accepted', 'known', 'duplicate']).meta({
      description:
        'accepted: recorded, and done however often it must be tried. known: the job of this key is there already. duplicate: another open job with the same `unique` does the work',
    }),
    status: z.enum(JOB_STATUSES).optional().meta({ description: 'Of a known job' }),
    of: z.string().optional().meta({ description: 'Of a duplicate: the job that does the work' }),
  })
  .meta({ id: 'Enqueued' });

const kindView = z
  .object({
    kind: z.string(),
    queue: z.string(),
    version: z.number().int(),
    requestable: z.boolean().meta({ description: 'Whether POST /app/jobs/{kind} accepts it' }),
    attempts: z.number().int(),
    deadlineMs: z.number().int(),
  })
  .meta({ id: 'Kind' });

/** Putting single jobs in: one route for each kind that may be asked for, with the kind's own schema. */
export function jobsRoutes(controller: JobsController, kinds: readonly JobKind[]): Route[] {
  return [
    ...kinds.filter(({ requestable }) => requestable === true).map((kind) => routeOf(kind)),
    defineRoute({
      method: 'post',
      path: '/app/jobs/:kind',
      tag: 'Jobs',
      summary: 'Put a job in of a kind that this installation does not offer: 404',
      guard: 'administrator',
      params: z.strictObject({ kind: name }),
      // Whatever it says, the kind is what is wrong.
      body: z.looseObject({}),
      responses: {},
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.refuse(params.kind),
    }),
    defineRoute({
      method: 'get',
      path: '/app/kinds',
      tag: 'Jobs',
      summary: 'The kinds of jobs that there are',
      guard: 'reader',
      responses: { 200: z.object({ items: z.array(kindView) }) },
      handle: () => controller.kinds(),
    }),
  ];

  function routeOf(job: JobKind): Route {
    return defineRoute({
      method: 'post',
      path: `/app/jobs/${job.kind}`,
      tag: 'Jobs',
      summary: `Put a job of ${job.kind} in`,
      description:
        'Answered once it is recorded durably. The header Idempotency-Key is the job’s key where the body has none.',
      guard: 'administrator',
      scope: 'jobs',
      headers: z.object({ 'idempotency-key': idempotencyKey }),
      body: z.strictObject({
        payload: job.payload,
        key: name.optional(),
        unique: name.optional(),
        uniqueUntil: z.enum(['start', 'end']).optional(),
        runAt: z.iso.datetime({ offset: true }).optional(),
        priority: z.number().int().min(1).max(1_000).optional(),
      }),
      responses: { 202: enqueued },
      errors: ['IDEMPOTENCY_KEY_REUSED', ...ENQUEUE_ERRORS],
      handle: ({ body, headers, account }) =>
        controller.enqueue(job, body, {
          accountId: account.accountId,
          idempotencyKey: headers['idempotency-key'],
        }),
    });
  }
}
