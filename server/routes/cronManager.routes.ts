import { z } from 'zod';
import type { CronManagerController } from '../controllers/CronManagerController.ts';
import { SLOT_OUTCOMES, SLOT_STATES } from '../models/system/SlotModel.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, instantOrNull, wholeNumber } from './schemas.ts';

const PATH = '/api/cron-manager';
const count = z.number().int().nonnegative();
const name = z.string().min(1).max(200);
const overlap = z.enum(['skip', 'queue', 'allow']);
const catchUp = z.union([
  z.enum(['skip', 'latest']),
  z.strictObject({ allWithinMs: z.number().int().min(1) }),
]);
const givenInstant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const stop = z.object({ at: instant, by: z.string(), why: z.string(), until: instantOrNull });

const cronJob = z
  .object({
    name: z.string(),
    running: z.boolean().meta({ description: 'Its slots begin something' }),
    enabled: z.boolean().meta({ description: 'False when a setting switches it off' }),
    schedule: z.string(),
    timezone: z.string(),
    overlap,
    catchUp,
    next: instantOrNull,
    stopped: stop.nullable(),
  })
  .meta({ id: 'CronJob' });

const metrics = z.object({
  waiting: count,
  active: count,
  completed: count.meta({ description: 'Those that Redis still keeps' }),
  failed: count.meta({ description: 'In the dead-letter queue' }),
  delayed: count,
  total: count,
});

const status = z
  .object({
    initialized: z.boolean(),
    useQueues: z.boolean(),
    redisAvailable: z.boolean(),
    queueManagerReady: z.boolean(),
    queueMetrics: z
      .record(z.string(), metrics)
      .meta({ description: 'By queue; empty without Redis' }),
    cronJobs: z.array(cronJob),
  })
  .meta({ id: 'CronStatus' });

const history = z
  .object({
    jobName: z.string(),
    slots: z.array(
      z.object({
        slot: instant,
        state: z.enum(SLOT_STATES),
        trigger: z.enum(['schedule', 'catch-up']),
        runId: z.string().nullable(),
        jobId: z.string().nullable(),
        outcome: z.enum(SLOT_OUTCOMES).nullable(),
        effects: count.nullable().meta({ description: 'How much its work did' }),
        didNothing: z.boolean(),
        through: instantOrNull,
        note: z.string().nullable(),
        recordedAt: instant,
      }),
    ),
    changes: z.array(
      z.object({ at: instant, by: z.string(), action: z.string(), note: z.string() }),
    ),
  })
  .meta({ id: 'CronHistory' });

const preview = z
  .object({
    jobName: z.string(),
    schedule: z.string(),
    timezone: z.string(),
    times: z.array(z.object({ utc: instant, local: z.string() })),
    clockChanges: z.array(z.string()),
  })
  .meta({ id: 'CronPreview' });

const done = z
  .object({
    success: z.literal(true),
    action: z.string(),
    message: z.string().optional(),
    jobName: z.string().optional(),
    runId: z.string().optional(),
    jobId: z.string().optional(),
    slots: count.optional().meta({ description: 'Of a backfill: slots that will begin' }),
    already: count.optional().meta({ description: 'Those that had begun before' }),
    job: cronJob.optional(),
  })
  .meta({ id: 'CronDone' });

/** The manager of scheduled jobs. */
export function cronManagerRoutes(controller: CronManagerController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: PATH,
      tag: 'Cron',
      summary: 'How the scheduled jobs stand, their history, or when one is due',
      description:
        '`action` is status, history or preview; the last two need `jobName`. The key may stand in the query as `apiKey`: the header x-api-key keeps it out of logs of proxies.',
      guard: 'keyOrAdministrator',
      query: z.strictObject({
        action: name.default('status'),
        jobName: name.optional(),
        limit: wholeNumber({ min: 1, max: 500 }).default(50),
        count: wholeNumber({ min: 1, max: 100 }).default(10),
      }),
      responses: { 200: z.union([status, history, preview]) },
      errors: ['NOT_FOUND'],
      errorForm: 'success',
      handle: ({ query }) => controller.look(query),
    }),
    defineRoute({
      method: 'post',
      path: PATH,
      tag: 'Cron',
      summary: 'Initialize, trigger, stop, start, backfill or change scheduled jobs',
      description:
        '`action` is initialize, trigger, stop_all, start_all, start, stop, backfill or update; those of one job need `jobName`. The key may stand in the body as `apiKey`.',
      guard: 'keyOrAdministrator',
      body: z.strictObject({
        action: name,
        apiKey: z.string().max(200).optional(),
        jobName: name.optional(),
        note: z.string().max(500).default('no reason given'),
        by: z.string().min(1).max(100).optional().meta({ description: 'Who asks, for the record' }),
        until: givenInstant.optional().meta({ description: 'When a stop ends by itself' }),
        from: givenInstant.optional(),
        to: givenInstant.optional(),
        overlap: overlap.nullable().optional(),
        catchUp: catchUp.nullable().optional(),
        expression: z.string().max(200).nullable().optional(),
        timezone: z.string().max(64).nullable().optional(),
      }),
      responses: { 200: done },
      errors: ['NOT_FOUND', ...ENQUEUE_ERRORS],
      errorForm: 'success',
      handle: ({ body, account }) => controller.command(body, account.accountId),
    }),
  ];
}
