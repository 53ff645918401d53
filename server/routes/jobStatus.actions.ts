import { z } from 'zod';
import type { JobStatusController } from '../controllers/system/JobStatusController.ts';
import {
  idempotencyKey,
  jobId,
  retriedPart,
  retryFilter,
  runId,
  runRequest,
} from './jobStatus.schemas.ts';
import { ENQUEUE_ERRORS, REDIS_UNUSABLE } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';

const BASE = '/app/job-status';

/** Steering jobs and runs: what under /app/job-status changes something. */
export function jobStatusActions(controller: JobStatusController): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: `${BASE}/runs`,
      tag: 'Runs',
      summary: 'Begin a run now',
      guard: 'administrator',
      headers: z.object({ 'idempotency-key': idempotencyKey }),
      body: runRequest,
      responses: { 202: z.object({ runId: z.string() }) },
      errors: ['UNKNOWN_USERS', 'IDEMPOTENCY_KEY_REUSED', ...ENQUEUE_ERRORS],
      handle: ({ body, headers, account, requestId }) =>
        controller.requestRun({
          ...body,
          idempotencyKey: headers['idempotency-key'],
          accountId: account.accountId,
          requestId,
        }),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/runs/:runId/cancel`,
      tag: 'Runs',
      summary: 'Cancel what is left of a run',
      description: 'Jobs already at work are left to end.',
      guard: 'administrator',
      params: z.strictObject({ runId }),
      responses: { 202: z.object({ runId: z.string() }) },
      errors: ['NOT_FOUND', 'RUN_FINISHED', ...REDIS_UNUSABLE],
      handle: ({ params }) => controller.cancelRun(params.runId),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/job/:jobId/retry`,
      tag: 'Jobs',
      summary: 'Put a failed job into the queue again',
      guard: 'administrator',
      params: z.strictObject({ jobId }),
      responses: { 202: z.object({ jobId: z.string(), generation: z.number().int() }) },
      errors: [
        'NOT_FOUND',
        'JOB_NOT_FAILED',
        'JOB_PENDING',
        'NOT_RETRYABLE',
        'RUN_FINISHED',
        ...REDIS_UNUSABLE,
      ],
      handle: ({ params, requestId }) => controller.retryJob(params.jobId, requestId),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/job/:jobId/cancel`,
      tag: 'Jobs',
      summary: 'Cancel a job that waits, is due later, or is at work',
      description:
        'A job at work is told by its signal. The intent stands until the job has ended: ask again for what became of it.',
      guard: 'administrator',
      params: z.strictObject({ jobId }),
      responses: {
        202: z.object({ jobId: z.string(), status: z.enum(['cancelled', 'cancelling']) }),
      },
      errors: ['NOT_FOUND', 'JOB_FINISHED', 'NOT_CANCELLABLE'],
      handle: ({ params }) => controller.cancelJob(params.jobId),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/failed/retry`,
      tag: 'Jobs',
      summary: 'Put failed jobs into the queue again',
      guard: 'administrator',
      body: retryFilter,
      responses: { 202: retriedPart },
      errors: ENQUEUE_ERRORS,
      handle: ({ body, requestId }) => controller.retryFailed({ ...body, requestId }),
    }),
  ];
}
