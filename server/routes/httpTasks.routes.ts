import { z } from 'zod';
import type { HttpTasksController } from '../controllers/HttpTasksController.ts';
import {
  destination,
  httpJob,
  httpJobPatch,
  httpJobWithSecret,
  httpTask,
  newHttpJob,
  newHttpTask,
  outgoingCall,
  waysReport,
} from './httpTasks.schemas.ts';
import { idempotencyKey } from './jobStatus.schemas.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf, pageQuery } from './schemas.ts';

const JOBS = '/api/v1/http-jobs';
const TASKS = '/api/v1/http-tasks';
const tag = 'HTTP tasks';
const DEFAULT_LIMIT = 50;

const params = z.strictObject({ id: z.string().min(1).max(64) });
const headers = z.object({ 'idempotency-key': idempotencyKey });
const query = z.strictObject(pageQuery(DEFAULT_LIMIT));
const accepted = z.object({ id: z.string() });
const enqueueErrors = [
  ...(['NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED', 'HTTP_TASKS_OFF'] as const),
  ...ENQUEUE_ERRORS,
];
const DAY_MS = 86_400_000;
const moment = z.iso.datetime({ offset: true }).optional();

/** Addresses that are called: jobs on a schedule or by request, and one-off tasks. */
export function httpTasksRoutes(controller: HttpTasksController): Route[] {
  return [
    defineRoute({
      ...{ method: 'post', path: JOBS, tag, guard: 'administrator' },
      summary: 'Make a job that calls an address',
      body: newHttpJob,
      responses: { 201: httpJobWithSecret },
      errors: ['DATA_KEY_MISSING'],
      handle: ({ body }) => controller.create(body),
    }),
    defineRoute({
      ...{ method: 'get', path: JOBS, tag, guard: 'reader' },
      summary: 'The jobs that call addresses, newest first',
      query,
      responses: { 200: pageOf(httpJob) },
      handle: (request) => controller.list(request.query),
    }),
    defineRoute({
      ...{ method: 'get', path: `${JOBS}/:id`, tag, guard: 'reader' },
      summary: 'One of them',
      params,
      responses: { 200: httpJob },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.get(request.params.id),
    }),
    defineRoute({
      ...{ method: 'patch', path: `${JOBS}/:id`, tag, guard: 'administrator' },
      summary: 'Change it',
      description:
        'What is left out stays. Headers are replaced together; one given as *** keeps its value, as long as the host is the same.',
      params,
      body: httpJobPatch,
      responses: { 200: httpJobWithSecret },
      errors: ['NOT_FOUND', 'DATA_KEY_MISSING'],
      handle: (request) => controller.update(request.params.id, request.body),
    }),
    defineRoute({
      ...{ method: 'delete', path: `${JOBS}/:id`, tag, guard: 'administrator' },
      summary: 'Remove it, with its schedule and history',
      params,
      responses: { 200: z.object({ id: z.string(), removed: z.literal(true) }) },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.remove(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${JOBS}/:id/run`, tag, guard: 'administrator' },
      summary: 'Call its address now',
      ...{ params, headers },
      responses: { 202: accepted },
      errors: enqueueErrors,
      handle: (request) =>
        controller.run(request.params.id, {
          accountId: request.account.accountId,
          idempotencyKey: request.headers['idempotency-key'],
        }),
    }),
    defineRoute({
      ...{ method: 'post', path: `${JOBS}/:id/pause`, tag, guard: 'administrator' },
      summary: 'Let its schedule begin nothing',
      params,
      responses: { 200: httpJob },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.pause(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${JOBS}/:id/resume`, tag, guard: 'administrator' },
      summary: 'Let its schedule go on; what passed meanwhile is not caught up',
      params,
      responses: { 200: httpJob },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.resume(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${JOBS}/:id/preview`, tag, guard: 'administrator' },
      summary: 'What would be sent, with secrets hidden',
      params,
      responses: { 200: outgoingCall },
      errors: ['NOT_FOUND', 'DATA_KEY_MISSING'],
      handle: (request) => controller.preview(request.params.id),
    }),
    defineRoute({
      ...{ method: 'get', path: `${JOBS}/:id/executions`, tag, guard: 'reader' },
      summary: 'Its executions, newest first, with each attempt',
      ...{ params, query },
      responses: { 200: pageOf(httpTask) },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.executions(request.params.id, request.query),
    }),
    defineRoute({
      ...{ method: 'post', path: TASKS, tag, guard: 'administrator' },
      summary: 'Call an address once, now or at an instant',
      ...{ headers, body: newHttpTask },
      responses: { 202: accepted.extend({ signing_secret: z.string().nullable() }) },
      errors: [...enqueueErrors, 'DATA_KEY_MISSING'],
      handle: (request) =>
        controller.accept(request.body, {
          accountId: request.account.accountId,
          idempotencyKey: request.headers['idempotency-key'],
        }),
    }),
    defineRoute({
      ...{ method: 'post', path: `${TASKS}/preview`, tag, guard: 'administrator' },
      summary: 'What such a task would send, with secrets hidden',
      body: newHttpTask,
      responses: { 200: outgoingCall },
      errors: ['DATA_KEY_MISSING'],
      handle: (request) => controller.previewTask(request.body),
    }),
    defineRoute({
      ...{ method: 'get', path: `${TASKS}/report`, tag, guard: 'reader' },
      summary: 'How tasks went through the queue and in memory, in all and by name',
      query: z.strictObject({
        from: moment.meta({ description: 'Tasks handed in from then on; a day before `to`' }),
        to: moment.meta({ description: 'And before then; now' }),
      }),
      responses: { 200: waysReport },
      handle({ query: { from, to } }) {
        const until = to === undefined ? new Date() : new Date(to);
        const since = from === undefined ? new Date(until.getTime() - DAY_MS) : new Date(from);
        return controller.report(since, until);
      },
    }),
    defineRoute({
      ...{ method: 'get', path: `${TASKS}/:id`, tag, guard: 'reader' },
      summary: 'What became of a task, or of a job’s execution, with each attempt',
      params,
      responses: { 200: httpTask },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.task(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${TASKS}/:id/cancel`, tag, guard: 'administrator' },
      summary: 'Cancel it, also while it is at work',
      params,
      responses: { 202: accepted.extend({ status: z.enum(['cancelled', 'cancelling']) }) },
      errors: ['NOT_FOUND', 'JOB_FINISHED', 'NOT_CANCELLABLE'],
      handle: (request) => controller.cancel(request.params.id),
    }),
    defineRoute({
      ...{ method: 'post', path: `${TASKS}/:id/retry`, tag, guard: 'administrator' },
      summary: 'Try a failed one again, with all its attempts',
      params,
      responses: { 202: accepted },
      errors: [...enqueueErrors, 'JOB_NOT_FAILED', 'JOB_PENDING', 'NOT_RETRYABLE'],
      handle: (request) => controller.retry(request.params.id, request.requestId),
    }),
    defineRoute({
      ...{ method: 'get', path: '/api/v1/destinations', tag, guard: 'reader' },
      summary: 'The hosts that are called: how they are, and how many tasks wait for them',
      responses: { 200: z.object({ items: z.array(destination) }) },
      handle: () => controller.destinations(),
    }),
  ];
}
