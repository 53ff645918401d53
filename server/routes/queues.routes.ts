import { z } from 'zod';
import type { QueuesController } from '../controllers/QueuesController.ts';
import { WAITING_STATES } from '../Services/BackgroundJobs/recording/states.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull, wholeNumber } from './schemas.ts';

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

const MOST_SECONDS = 400 * 86_400;
const waiting = {
  kind: z.string().min(1).max(200).optional(),
  state: z.enum(WAITING_STATES).optional(),
};

export const waitingCount = z
  .object({
    queue: z.string(),
    before: instant.meta({ description: 'What was accepted later is not counted' }),
    jobs: count,
    groups: z.array(
      z.object({
        kind: z.string(),
        state: z.enum(WAITING_STATES),
        jobs: count,
        oldestAt: instant.meta({ description: 'When the first of them was accepted' }),
      }),
    ),
  })
  .meta({ id: 'WaitingJobs' });

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
    defineRoute({
      method: 'get',
      path: `${BASE}/:queue/waiting`,
      tag: 'Queue',
      summary: 'What a cleaning of a queue would cancel, as counted now',
      guard: 'reader',
      params,
      query: z.strictObject({
        olderThanSeconds: wholeNumber({ min: 0, max: MOST_SECONDS })
          .default(0)
          .meta({ type: 'integer', minimum: 0, maximum: MOST_SECONDS, default: 0 }),
        ...waiting,
      }),
      responses: { 200: waitingCount },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue }, query }) => controller.waiting(queue, query),
    }),
    defineRoute({
      method: 'post',
      path: `${BASE}/:queue/clean`,
      tag: 'Queue',
      summary: 'Cancel the jobs of a queue that have waited since before an instant',
      description:
        'Of one kind or in one state, if these are named. Those at work end as they will, and none that came later is touched. GET …/waiting says what it will cancel, and the instant.',
      guard: 'administrator',
      params,
      body: z.strictObject({ before: z.iso.datetime({ offset: true }), ...waiting }),
      responses: { 202: z.object({ queue: z.string(), jobs: count }) },
      errors: ['NOT_FOUND'],
      handle: ({ params: { queue }, body: { before, ...which } }) =>
        controller.clean(queue, { before: new Date(before), ...which }),
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
