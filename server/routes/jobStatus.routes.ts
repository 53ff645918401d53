import { z } from 'zod';
import type { JobStatusController } from '../controllers/system/JobStatusController.ts';
import { jobStatusActions } from './jobStatus.actions.ts';
import {
  errorCode,
  jobHistory,
  jobId,
  jobLog,
  jobState,
  jobStatus,
  queueStats,
  recommendation,
  run,
  runId,
  userReference,
} from './jobStatus.schemas.ts';
import { REDIS_UNUSABLE } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf, pageQuery } from './schemas.ts';

const BASE = '/app/job-status';

/** Seeing jobs and runs. */
function readingRoutes(controller: JobStatusController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: `${BASE}/status/user/:userId`,
      tag: 'Jobs',
      summary: 'The jobs of one user, newest first',
      description: 'To the user themself an error is its code and a sentence, to others its text.',
      guard: 'ownUserOrReader',
      params: z.strictObject({ userId: userReference }),
      query: z.strictObject(pageQuery(50)),
      responses: { 200: pageOf(jobStatus) },
      errors: ['NOT_FOUND'],
      handle: ({ params, query, account }) =>
        controller.ofUser(params.userId, {
          ...query,
          reader: account.role === 'user' ? 'user' : 'staff',
        }),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/status/job/:jobId`,
      tag: 'Jobs',
      summary: 'One job',
      guard: 'reader',
      params: z.strictObject({ jobId }),
      responses: { 200: jobStatus },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.byId(params.jobId),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/status/job/:jobId/history`,
      tag: 'Jobs',
      summary: 'How a job failed, attempt by attempt',
      guard: 'reader',
      params: z.strictObject({ jobId }),
      responses: { 200: jobHistory },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.history(params.jobId),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/status/job/:jobId/log`,
      tag: 'Jobs',
      summary: 'What each start of a job came to, and what its work said, also after it has ended',
      guard: 'reader',
      params: z.strictObject({ jobId }),
      responses: { 200: jobLog },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.log(params.jobId),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/recent`,
      tag: 'Jobs',
      summary: 'Recent jobs, newest first',
      guard: 'reader',
      query: z.strictObject({ ...pageQuery(50), status: jobState.optional() }),
      responses: { 200: pageOf(jobStatus) },
      handle: ({ query }) => controller.recent(query),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/failed`,
      tag: 'Jobs',
      summary: 'Failed jobs, newest first',
      guard: 'reader',
      query: z.strictObject({
        ...pageQuery(100),
        runId: runId.optional(),
        code: errorCode.optional(),
      }),
      responses: { 200: pageOf(jobStatus) },
      handle: ({ query }) => controller.failed(query),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/why/:jobId`,
      tag: 'Jobs',
      summary: 'Why a job is not running, or what became of it, in one sentence',
      guard: 'reader',
      params: z.strictObject({ jobId }),
      responses: { 200: z.object({ jobId: z.string(), why: z.string() }) },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.why(params.jobId),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/queue/stats`,
      tag: 'Queue',
      summary: 'How many jobs stand where',
      description:
        '`completed` and `failed` come from the numbers by minute: they hold all that has ended since the ' +
        'first job, whatever has become of the records.',
      guard: 'reader',
      query: z.strictObject({
        queue: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'This one alone; all queues if absent' }),
      }),
      responses: { 200: queueStats },
      errors: ['NOT_FOUND', ...REDIS_UNUSABLE],
      handle: ({ query }) => controller.queueStats(query.queue),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/recommendation`,
      tag: 'Queue',
      summary: 'How many workers: by the rule of thumb, and by what was measured',
      guard: 'reader',
      responses: { 200: recommendation },
      handle: () => controller.recommendation(),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/runs`,
      tag: 'Runs',
      summary: 'Runs, newest first',
      guard: 'reader',
      query: z.strictObject({
        ...pageQuery(50),
        kind: z
          .string()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'Those of one kind, such as user-data' }),
      }),
      responses: { 200: pageOf(run) },
      handle: ({ query }) => controller.runs(query),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/runs/:runId`,
      tag: 'Runs',
      summary: 'One run and its balance',
      guard: 'reader',
      params: z.strictObject({ runId }),
      responses: { 200: run },
      errors: ['NOT_FOUND'],
      handle: ({ params }) => controller.run(params.runId),
    }),
    defineRoute({
      method: 'get',
      path: `${BASE}/runs/:runId/events`,
      tag: 'Runs',
      summary: 'Follow a run: an event for each change, until it has finished',
      description: 'Server-sent events. A stream that ends early is begun again by asking again.',
      guard: 'reader',
      params: z.strictObject({ runId }),
      events: true,
      responses: { 200: run },
      errors: ['NOT_FOUND'],
      handle: ({ params, signal }) => controller.followRun(params.runId, signal),
    }),
  ];
}

/** All under /app/job-status. */
export function jobStatusRoutes(controller: JobStatusController): Route[] {
  return [...readingRoutes(controller), ...jobStatusActions(controller)];
}
