import { z } from 'zod';
import { isCronExpression, isTimeZone } from '../config/timetable.ts';
import { TASK_WAYS } from '../models/HttpJobModel.ts';
import { JOB_STATUSES } from '../models/system/JobStatusModel.ts';
import { isSigningSecret } from '../Services/Outbound/standardWebhooks.ts';
import { instant, instantOrNull } from './schemas.ts';

const MOST_BODY = 65_536;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const call = {
  name: z.string().min(1).max(200).optional(),
  api_url: z.string().min(1).max(2_048).meta({ example: 'https://api.example.com/endpoint' }),
  method: z.enum(METHODS).optional().meta({ description: 'GET; POST where there is a body' }),
  headers: z.record(z.string().min(1).max(100), z.string().max(4_096)).optional().meta({
    description: 'Those whose names say that they are secret are sealed, and shown as ***',
  }),
  secret_headers: z
    .array(z.string().min(1).max(100))
    .max(50)
    .optional()
    .meta({ description: 'Names of other headers that are secret' }),
  body: z
    .unknown()
    .optional()
    .meta({
      description: 'Text is sent as it is, anything else as JSON',
      type: ['string', 'object', 'array', 'null'],
    }),
  timeout: z.number().int().min(1).max(900).optional().meta({ description: 'Seconds' }),
  max_retry_count: z.number().int().min(0).max(50).optional(),
  max_duration: z
    .number()
    .int()
    .min(1)
    .max(604_800)
    .nullable()
    .optional()
    .meta({ description: 'Seconds from its time to its last attempt' }),
  retry_on: z
    .array(z.number().int().min(100).max(599))
    .max(50)
    .nullable()
    .optional()
    .meta({ description: 'Statuses that are tried again, instead of the table’s' }),
  signing: z
    .union([
      z.boolean(),
      z
        .array(z.string().refine(isSigningSecret, 'is no secret of Standard Webhooks (whsec_…)'))
        .min(1)
        .max(2),
    ])
    .optional()
    .meta({
      description:
        'Signs each call (Standard Webhooks). true makes a secret, answered once as signing_secret; two secrets at once while a receiver changes from one to the other',
    }),
};

const jobFields = {
  ...call,
  schedule: z
    .string()
    .max(200)
    .refine(isCronExpression, 'is no cron expression, such as 0 * * * *')
    .nullable()
    .optional(),
  timezone: z.string().refine(isTimeZone, 'is no time zone, such as Europe/Berlin').optional(),
  overlap: z.enum(['skip', 'queue', 'allow']).optional().meta({
    description: 'What happens at a slot while the call of an earlier one goes on',
  }),
  enabled: z.boolean().optional(),
};

const bounded = <Shape extends z.ZodType>(schema: Shape) =>
  schema.refine(
    (input) => JSON.stringify((input as { body?: unknown }).body ?? null).length <= MOST_BODY,
    { path: ['body'], message: `has more than ${MOST_BODY} characters` },
  );

export const newHttpJob = bounded(z.strictObject(jobFields));
export const httpJobPatch = bounded(z.strictObject(jobFields).partial());
export const newHttpTask = bounded(
  z.strictObject({ ...call, scheduled_at: z.iso.datetime({ offset: true }).optional() }),
);

export const httpJob = z
  .object({
    id: z.string(),
    name: z.string(),
    api_url: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    timeout: z.number().int(),
    max_retry_count: z.number().int(),
    max_duration: z.number().int().nullable(),
    retry_on: z.array(z.number().int()).nullable(),
    schedule: z.string().nullable(),
    timezone: z.string(),
    overlap: z.string(),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable(),
    signing: z.boolean(),
    destination: z.string(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'HttpJob' });

/** The signing secret, if one was made: it is shown this once. */
export const httpJobWithSecret = httpJob
  .extend({ signing_secret: z.string().nullable() })
  .meta({ id: 'HttpJobWithSecret' });

const failure = z.object({ code: z.string(), message: z.string() }).nullable();
const milliseconds = z.number().int().nonnegative();

export const httpTask = z
  .object({
    id: z.string(),
    job_id: z.string(),
    api_url: z.string(),
    max_retry_count: z.number().int(),
    retry_count: z.number().int(),
    created_at: instant,
    scheduled_at: instant,
    timeout: z.number().int(),
    trigger: z.enum(['task', 'run', 'schedule']),
    way: z.enum(TASK_WAYS),
    status: z.enum(JOB_STATUSES),
    next_attempt_at: instantOrNull,
    held: z
      .number()
      .int()
      .meta({ description: 'How often it had to wait for its destination: that costs no attempt' }),
    error: failure,
    finished_at: instantOrNull,
    attempts: z.array(
      z.object({
        started_at: instant,
        finished_at: instant,
        outcome: z.enum(['completed', 'failed', 'interrupted']),
        status: z.number().int().nullable(),
        error: failure,
        timings: z
          .object({
            queue: milliseconds,
            connect: milliseconds,
            first_byte: milliseconds,
            total: milliseconds,
          })
          .nullable()
          .meta({ description: 'Milliseconds' }),
        bytes: z.number().int(),
        redirects: z.number().int(),
        answer: z
          .string()
          .nullable()
          .meta({ description: 'The first 4,096 bytes, without what looks like a secret' }),
        worker: z.string(),
      }),
    ),
  })
  .meta({ id: 'HttpTask' });

export const outgoingCall = z
  .object({
    method: z.string(),
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
  })
  .meta({ id: 'OutgoingCall' });

const figures = z.object({
  tasks: z.number().int(),
  completed: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  open: z.number().int(),
  latency: z
    .object({ p50: milliseconds, p95: milliseconds, p99: milliseconds, max: milliseconds })
    .nullable()
    .meta({ description: 'Milliseconds from the time a task was due to its end' }),
  errors: z.record(z.string(), z.number().int()),
});
const ways = z.object({ queue: figures, 'in-memory': figures });

export const waysReport = z
  .object({
    from: instant,
    to: instant,
    ways,
    jobs: z.array(ways.extend({ name: z.string() })),
    truncated: z.boolean().meta({ description: 'There were more than 100,000: the newest' }),
  })
  .meta({ id: 'HttpTaskWays' });

export const destination = z
  .object({
    destination: z.string(),
    state: z.enum(['well', 'asked us to wait', 'down']),
    summary: z
      .string()
      .meta({ example: 'asked us to wait until 03:12:00 UTC; 0 under way, 412 held' }),
    inFlight: z.number().int(),
    held: z.number().int(),
    failures: z.number().int(),
    since: instantOrNull.meta({ description: 'Since when it fails' }),
    waitUntil: instantOrNull,
  })
  .meta({ id: 'Destination' });
