import { z } from 'zod';
import type { ServicesController } from '../controllers/ServicesController.ts';
import { ENQUEUE_ERRORS, REDIS_UNUSABLE } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { pageOf, pageQuery } from './schemas.ts';
import { newService, service, serviceLog, servicePatch, syncStatus } from './services.schemas.ts';

const SERVICES = '/api/v1/services';
const SYNC = '/api/v1/sync';
const tag = 'Service sync';
const DEFAULT_LIMIT = 50;

const params = z.strictObject({ id: z.string().min(1).max(64) });

/** Services outside whose state is read each day: what they are, what was found, and reading them now. */
export function servicesRoutes(controller: ServicesController): Route[] {
  return [
    defineRoute({
      ...{ method: 'post', path: SERVICES, tag, guard: 'administrator' },
      summary: 'Add a service',
      body: newService,
      responses: { 201: service },
      errors: ['DATA_KEY_MISSING'],
      handle: ({ body }) => controller.create(body),
    }),
    defineRoute({
      ...{ method: 'get', path: SERVICES, tag, guard: 'reader' },
      summary: 'The services, the oldest first',
      query: z.strictObject({
        ...pageQuery(DEFAULT_LIMIT),
        category: z.string().min(1).max(64).optional(),
      }),
      responses: { 200: pageOf(service) },
      handle: (request) => controller.list(request.query),
    }),
    defineRoute({
      ...{ method: 'get', path: `${SERVICES}/:id`, tag, guard: 'reader' },
      summary: 'One of them',
      params,
      responses: { 200: service },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.get(request.params.id),
    }),
    defineRoute({
      ...{ method: 'patch', path: `${SERVICES}/:id`, tag, guard: 'administrator' },
      summary: 'Change it',
      description:
        'What is left out stays. A key that was kept is not sent to another host: a change of the url’s host needs apiKey again, or null.',
      params,
      body: servicePatch,
      responses: { 200: service },
      errors: ['NOT_FOUND', 'DATA_KEY_MISSING'],
      handle: (request) => controller.update(request.params.id, request.body),
    }),
    defineRoute({
      ...{ method: 'delete', path: `${SERVICES}/:id`, tag, guard: 'administrator' },
      summary: 'Remove it, with its logs',
      params,
      responses: { 200: z.object({ id: z.string(), removed: z.literal(true) }) },
      errors: ['NOT_FOUND'],
      handle: (request) => controller.remove(request.params.id),
    }),
    defineRoute({
      ...{ method: 'get', path: `${SERVICES}/:id/logs`, tag, guard: 'reader' },
      summary: 'How it was found, one log for each slot, newest first; 90 days',
      ...{ params, query: z.strictObject(pageQuery(DEFAULT_LIMIT)) },
      responses: { 200: pageOf(serviceLog) },
      errors: ['NOT_FOUND'],
      handle: ({ params: { id }, query }) => controller.logs(id, query),
    }),
    defineRoute({
      ...{ method: 'post', path: `${SYNC}/all`, tag, guard: 'administrator' },
      summary: 'Read all active services now, of every category',
      description: 'While a run that was asked for is open, the answer names that one.',
      responses: { 202: z.object({ runId: z.string() }) },
      errors: ENQUEUE_ERRORS,
      handle: () => controller.syncAll(),
    }),
    defineRoute({
      ...{ method: 'post', path: `${SYNC}/service/:id`, tag, guard: 'administrator' },
      summary: 'Read one service now',
      description: 'While a job that was asked for is open, the answer names that one.',
      params,
      responses: { 202: z.object({ jobId: z.string() }) },
      errors: ['NOT_FOUND', 'SERVICE_INACTIVE', ...ENQUEUE_ERRORS],
      handle: (request) => controller.syncOne(request.params.id),
    }),
    defineRoute({
      ...{ method: 'get', path: `${SYNC}/status`, tag, guard: 'reader' },
      summary: 'How the sync’s queue stands, its last run, and what was found last',
      responses: { 200: syncStatus },
      errors: REDIS_UNUSABLE,
      handle: () => controller.status(),
    }),
  ];
}
