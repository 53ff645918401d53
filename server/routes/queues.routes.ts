import { z } from 'zod';
import type { QueuesController } from '../controllers/QueuesController.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull } from './schemas.ts';

const BASE = '/app/queues';
const count = z.number().int().nonnegative();
const params = z.strictObject({ queue: z.string().min(1).max(200) });

const jobsAtOnce = z.number().int().min(1).max(10_000).nullable();
const limits = {
  concurrency: jobsAtOnce.meta({
    description: 'Jobs at once in one worker process; null as the queue is defined',
  }),
  maxConcurrency: jobsAtOnce.meta({
    description: 'Jobs at once over all workers; null for no limit. It is no mutual exclusion',
  }),
  rate: z
    .strictObject({
      max: z.number().int().min(1).max(1_000_000),
      durationMs: z.number().int().min(1).max(86_400_000),
    })
    .nullable()
    .meta({ description: 'So many jobs may begin in so many milliseconds; null for no limit' }),
};

export const queueView = z
  .object({
    queue: z.string(),
    kinds: z.array(z.string()),
    paused: z.object({ at: instant, by: z.string(), note: z.string() }).nullable(),
    limits: z.object(limits),
    drainedAt: instantOrNull.meta({
      description: 'When it was drained, while jobs of before are left to cancel',
    }),
    counts: z
      .object({ waiting: count, active: count, delayed: count })
      .nullable()
      .meta({ description: 'Null while Redis cannot tell them: `problem` says why' }),
    problem: z.string().nullable(),
    scheduled: count.meta({ description: 'Jobs that wait in MongoDB for a later time' }),
  })
  .meta({ id: 'Queue' });

/** All under /app/queues. */
export function queuesRoutes(controller: QueuesController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: BASE,
      tag: 'Queue',
      summary: 'The queues, what they hold, and what they are held to',
      guard: 'reader',
      responses: { 200: z.object({ items: z.array(queueView) }) },
      handle: () => controller.list(),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/:queue/pause`,
      tag: 'Queue',
      summary: 'Let no job of a queue begin',
      description:
        'Jobs at work end. It stays so over restarts and losses of Redis, until it is resumed.',
      guard: 'administrator',
      params,
      body: z.strictObject({ note: z.string().max(500).default('') }),
      responses: { 200: queueView },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue }, body: { note }, account }) =>
        controller.pause(queue, { by: account.email, note }),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/:queue/resume`,
      tag: 'Queue',
      summary: 'Let the jobs of a paused queue begin again',
      guard: 'administrator',
      params,
      responses: { 200: queueView },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue } }) => controller.resume(queue),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/:queue/limits`,
      tag: 'Queue',
      summary: 'Limit how many jobs of a queue are at work, or may begin in a time',
      description:
        'What is left out stays as it is; null takes a limit away. All workers follow within seconds.',
      guard: 'administrator',
      params,
      body: z.strictObject({
        concurrency: limits.concurrency.optional(),
        maxConcurrency: limits.maxConcurrency.optional(),
        rate: limits.rate.optional(),
      }),
      responses: { 200: queueView },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue }, body }) => controller.limit(queue, given(body)),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/:queue/drain`,
      tag: 'Queue',
      summary: 'Cancel the jobs of a queue that wait now',
      description: 'Those at work end as they will, and none that comes later is touched.',
      guard: 'administrator',
      params,
      responses: { 202: z.object({ queue: z.string(), jobs: count }) },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue } }) => controller.drain(queue),
    }),
  ];
}

/** Without the keys that were left out. */
function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
