import { z } from 'zod';
import type { WorkersController } from '../controllers/WorkersController.ts';
import { WORKER_ORDERS, type WorkerOrder } from '../models/system/WorkerModel.ts';
import { workerHealth } from './queueHealth.routes.ts';
import { defineRoute, type Route } from './route.ts';

const TEXTS: Record<WorkerOrder, { summary: string; description?: string }> = {
  quiet: {
    summary: 'Let a worker take no more jobs',
    description: 'Those at work end. It stays so until it is told to work, or its process ends.',
  },
  work: { summary: 'Let a quiet worker take jobs again' },
  stop: {
    summary: 'Stop a worker in order',
    description:
      'What it cannot end within its grace is handed back at no cost. PM2 starts another process in its place.',
  },
};

/** All under /app/workers: what is asked of one worker. */
export function workersRoutes(controller: WorkersController): Route[] {
  return WORKER_ORDERS.map((order) =>
    defineRoute({
      method: 'post',
      path: `/app/workers/:worker/${order}`,
      tag: 'Queue',
      ...TEXTS[order],
      guard: 'administrator',
      params: z.strictObject({ worker: z.string().min(1).max(300) }),
      responses: { 202: workerHealth.pick({ worker: true, asked: true }) },
      errors: ['NOT_FOUND'],
      handle: ({ params: { worker }, account }) =>
        controller.order(worker, { order, by: account.email }),
    }),
  );
}
