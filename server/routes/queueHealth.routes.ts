import { z } from 'zod';
import type { QueueHealthController } from '../controllers/system/QueueHealthController.ts';
import { WORKER_ORDERS } from '../models/system/WorkerModel.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull } from './schemas.ts';

const status = z
  .enum(['ok', 'degraded', 'down'])
  .meta({ description: 'down: no job is done; degraded: something needs a person' });
const reasons = z.array(z.string()).meta({ description: 'Why it is not ok, the worst first' });
const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

export const queueHealth = z.object({
  queue: z.string(),
  status,
  reasons,
  waiting: count
    .nullable()
    .meta({ description: 'Null, as all of Redis’ numbers, when it is away' }),
  active: count.nullable(),
  delayed: count.nullable(),
  completed: count.nullable().meta({
    description: 'Completed of late: as long as Redis keeps them, an hour unless set otherwise',
  }),
  failed: count.meta({ description: 'All in the DLQ' }),
  paused: z.boolean().nullable(),
  oldestWaitingMs: milliseconds
    .nullable()
    .meta({ description: 'How long the oldest waiting job has waited; null when none waits' }),
  lastCompletedAt: instantOrNull,
  workers: count.meta({ description: 'Live workers that take its jobs' }),
  canary: z
    .object({
      sentAt: instant,
      doneAt: instant,
      roundTripMs: milliseconds,
      worker: z.string(),
    })
    .nullable()
    .meta({
      description:
        'The last job sent through the queue, when it was quiet, to prove that jobs flow',
    }),
});

export const workerHealth = z.object({
  worker: z.string(),
  host: z.string(),
  pid: z.number().int(),
  instance: z.string().nullable().meta({ description: 'The number PM2 gave it' }),
  version: z.string(),
  queues: z.array(z.string()),
  failedQueues: z
    .array(z.object({ queue: z.string(), reason: z.string() }))
    .meta({ description: 'Those it could not register' }),
  runningJobs: count,
  quiet: z.boolean().meta({ description: 'Takes no jobs because somebody asked for that' }),
  asked: z
    .object({ order: z.enum(WORKER_ORDERS), at: instant, by: z.string() })
    .nullable()
    .meta({ description: 'What was asked of it last' }),
  memoryBytes: count,
  startedAt: instant,
  lastSeenAt: instant,
});

const report = z
  .object({
    status,
    reasons,
    redis: z.enum(['up', 'down']),
    queues: z.array(queueHealth),
    workers: z.array(workerHealth),
  })
  .meta({ id: 'QueueHealth' });

/** For those who run it at night. */
export function queueHealthRoutes(controller: QueueHealthController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/queue/health',
      tag: 'Health',
      summary: 'Whether jobs flow, queue by queue, and who works on them',
      description:
        '503 when no queue works. "Connected" alone is not health: a worker must have shown a sign ' +
        'of life, and on a quiet queue a canary job must have come back.',
      guard: 'administrator',
      responses: { 200: report, 503: report },
      handle: () => controller.queues(),
    }),
  ];
}
