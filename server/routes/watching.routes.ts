import { z } from 'zod';
import type { WatchingController } from '../controllers/WatchingController.ts';
import { GRAINS } from '../models/system/NumbersModel.ts';
import { overview } from './dashboard.schemas.ts';
import { run } from './jobStatus.schemas.ts';
import { defineRoute, type Route } from './route.ts';
import { instant } from './schemas.ts';

const count = z.number().int().nonnegative();
const inRedis = count.nullable().meta({ description: 'Null while Redis is away' });

const id = z.string().meta({ description: 'Send the last one as Last-Event-ID' });

const liveCounts = z.object({
  event: z.literal('counts'),
  id,
  redis: z.enum(['up', 'down']),
  queues: z.array(
    z.object({
      queue: z.string(),
      waiting: inRedis,
      active: inRedis,
      delayed: inRedis,
      scheduled: count.meta({ description: 'Jobs that wait in MongoDB for a later time' }),
      failed: count.meta({ description: 'All that stand as failed' }),
      completedLastMinute: inRedis,
      paused: z.boolean(),
    }),
  ),
  runs: z
    .array(run)
    .meta({ description: 'Those that have something to come, newest first, at most 20' }),
  workers: z.array(
    z.object({
      worker: z.string(),
      host: z.string(),
      pid: z.number().int(),
      queues: z.array(z.string()),
      runningJobs: count,
      memoryBytes: count,
      lastSeenAt: instant,
    }),
  ),
});

const liveChanged = z.object({
  event: z.literal('changed'),
  id,
  lists: z
    .array(z.enum(['runs', 'schedules', 'queues', 'failures']))
    .meta({ description: 'What is to be read again' }),
});

const liveNow = z.object({
  event: z.literal('now'),
  id,
  now: overview.partial({ schedules: true }).meta({
    description:
      'As /app/now answers it; without schedules where they are as they were told before',
  }),
});

export const liveEvent = z
  .discriminatedUnion('event', [liveCounts, liveNow, liveChanged])
  .meta({ id: 'LiveEvent' });

export const numbers = z
  .object({
    at: instant.meta({ description: 'When the minute, hour or day begins, in UTC' }),
    queue: z.string(),
    kind: z.string(),
    accepted: count.meta({ description: 'Recorded, duplicates included' }),
    completed: count,
    failed: count,
    duplicates: count,
    cancelled: count,
    retried: count.meta({ description: 'Failed ones that were put into the queue again' }),
    workedMs: count.meta({ description: 'How long those that completed took, in all' }),
    waitedMs: count.meta({
      description: 'How long those that ended with their first start had waited for it, in all',
    }),
    waited: count.meta({ description: 'How many jobs waitedMs is the sum of' }),
  })
  .meta({ id: 'Numbers' });

const DEFAULT_BUCKETS = { minute: 60, hour: 24, day: 30 } as const;
const MAX_BUCKETS = 1_500;
const BUCKET_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

const moment = z.iso
  // Aborted, or what compares two of them would be given the text of one that is none.
  .datetime({ offset: true, abort: true, error: 'is not an instant such as 2026-11-22T11:00:00Z' })
  .transform((text) => new Date(text))
  .meta({ type: 'string', format: 'date-time' });
const name = z.string().min(1).max(200);

const numbersQuery = z.strictObject({
  by: z.enum(GRAINS).default('minute'),
  from: moment.optional().meta({
    description: 'An hour, a day or thirty days before `to` if absent, as `by` says',
  }),
  to: moment.optional().meta({ description: 'Now if absent' }),
  queue: name.optional(),
  kind: name.optional(),
});

/** What a page of charts and counts lives on. */
export function watchingRoutes(controller: WatchingController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/app/live',
      tag: 'Queue',
      summary: 'How all stands, as it happens',
      description:
        'Server-sent events: `counts` at once and then in each second in which anything moved, `now` with ' +
        'what /app/now answers likewise, and each ten seconds when nothing moves, `changed` when a list ' +
        'has changed. With the last event’s id as Last-Event-ID a new stream ' +
        'begins with what changed meanwhile. All who watch share one reader.',
      guard: 'reader',
      headers: z.object({ 'last-event-id': z.string().max(200).optional() }),
      events: true,
      responses: { 200: liveEvent },
      handle: ({ headers, signal }) => controller.live(signal, headers['last-event-id']),
    }),
    defineRoute({
      method: 'get',
      path: '/app/numbers',
      tag: 'Queue',
      summary: 'How many jobs were accepted and ended, by minute, hour or day',
      description:
        'Oldest first, for each kind in each queue; a time in which nothing happened is left out. ' +
        'Minutes are kept for 30 days, hours for 400, days for ever. A process that was killed may not ' +
        'have counted its last jobs: days that are over have been counted again from the records.',
      guard: 'reader',
      query: numbersQuery.refine(
        ({ by, from, to = new Date() }) =>
          from === undefined || buckets(by, from, to) <= MAX_BUCKETS,
        {
          path: ['from'],
          error: `is more than ${MAX_BUCKETS} minutes, hours or days before "to"`,
        },
      ),
      responses: { 200: z.object({ items: z.array(numbers) }) },
      handle: ({ query: { by, from, to = new Date(), ...of } }) =>
        controller.numbers({
          ...of,
          by,
          from: from ?? new Date(to.getTime() - DEFAULT_BUCKETS[by] * BUCKET_MS[by]),
          to,
        }),
    }),
  ];
}

function buckets(by: keyof typeof BUCKET_MS, from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / BUCKET_MS[by];
}
