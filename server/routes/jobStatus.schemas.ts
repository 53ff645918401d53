import { z } from 'zod';
import { ATTEMPT_OUTCOMES, JOB_STATUSES } from '../models/system/JobStatusModel.ts';
import { RUN_MODES, RUN_STATUSES, RUN_TRIGGERS } from '../models/system/RunModel.ts';
import { instant, instantOrNull } from './schemas.ts';

const MAX_USER_IDS = 10_000;

const identifier = z.string().regex(/^[\w.:-]{1,200}$/, 'is not an id');
export const jobId = identifier.meta({
  example: 'user-data-user-data-hourly-20261122T110000Z-6561f0c2a4d3e5f6a7b8c9d0',
});
export const runId = identifier.meta({ example: 'user-data-hourly-20261122T110000Z' });
export const userReference = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: "The user's ObjectId or externalId", example: '00004' });
export const errorCode = z
  .string()
  .regex(/^\w{1,64}$/, 'is not a code')
  .meta({ example: 'DEADLINE_EXCEEDED' });
export const jobState = z.enum(JOB_STATUSES);

const count = z.number().int().nonnegative();

export const jobStatus = z
  .object({
    jobId: z.string(),
    kind: z.string().meta({ description: 'What the job does', example: 'user-data' }),
    runId: z.string().nullable().meta({ description: 'Null for a job that belongs to no run' }),
    queue: z.string(),
    userId: z
      .string()
      .nullable()
      .meta({ description: 'The ObjectId of the user whom it is about, if it is about one' }),
    status: jobState,
    attempts: count.meta({ description: 'Starts that ended, within this generation' }),
    starts: count.meta({ description: 'Pick-ups by a worker, within this generation' }),
    generation: count.meta({ description: 'How often the job was put into Redis anew' }),
    key: z.string().nullable().meta({ description: 'The same kind and key is the same job' }),
    unique: z
      .string()
      .nullable()
      .meta({ description: 'Of the open jobs of a kind with the same one there is one' }),
    runAt: instantOrNull.meta({ description: 'Not before this instant; null for at once' }),
    priority: z.number().int().nullable().meta({ description: 'Lower goes first' }),
    duplicateOf: z.string().nullable().meta({
      description:
        'The job that does its work: it was pending, or has the same key, so this one was not made',
    }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    result: z.unknown().meta({
      description:
        'What the work answered. `{keptAsText}` has the JSON of an answer that MongoDB would change, ' +
        '`{notKept}` the reason for which it took none',
    }),
    effects: count.nullable().meta({
      description:
        'How much the work did, by the count `effects` in its result; 0 says that it completed and did nothing, null that it does not count',
    }),
    progress: z.number().nullable().meta({
      description: 'How far it is, 0 to 100, as its work said last; null if it said nothing',
    }),
    queuedAt: instant,
    startedAt: instantOrNull,
    finishedAt: instantOrNull,
    durationMs: z.number().nullable(),
    worker: z.string().nullable(),
    liveState: z.string().nullable().meta({
      description:
        'Where the queue holds it now; "unavailable" while Redis is away, null once finished',
    }),
  })
  .meta({ id: 'JobStatus' });

export const run = z
  .object({
    runId: z.string(),
    runSeq: z.number().int().meta({ description: 'Orders all runs, whatever the clocks say' }),
    kind: z.string().meta({ description: 'What its jobs do', example: 'user-data' }),
    schedule: z.string().nullable().meta({ description: 'Null if asked for' }),
    slot: instantOrNull.meta({ description: 'When the schedule was due; null if asked for' }),
    trigger: z.enum(RUN_TRIGGERS),
    mode: z.enum(RUN_MODES),
    input: z.record(z.string(), z.unknown()).meta({ description: 'What its source was given' }),
    asOf: z
      .string()
      .nullable()
      .meta({ description: 'The UTC day of the work, if it has one', example: '2026-11-22' }),
    status: z.enum(RUN_STATUSES).meta({ description: 'A run with failed jobs is completed' }),
    enumerated: count.meta({ description: 'Items recorded so far: the sum of the seven below' }),
    duplicates: count,
    queued: count,
    active: count,
    delayed: count,
    completed: count,
    failed: count,
    cancelled: count,
    balanced: z.boolean(),
    warnings: z.array(z.string()).readonly(),
    startedAt: instant,
    finishedAt: instantOrNull,
  })
  .meta({ id: 'Run' });

export const queueStats = z
  .object({
    waiting: count.meta({ description: 'Paused and prioritized ones included' }),
    active: count,
    completed: count,
    failed: count,
    delayed: count,
    total: count,
  })
  .meta({ id: 'QueueStats' });

export const recommendation = z
  .object({
    totalUsers: count.meta({ description: 'Active users' }),
    byFormula: count.meta({ description: 'Workers, as ceil(totalUsers / 1000) * 2' }),
    measured: z
      .object({
        sampledJobs: count.meta({
          description: 'Completed jobs of the newest hours that hold at least 1,000',
        }),
        meanDurationMs: z.number().meta({ description: 'Mean time of one job, in milliseconds' }),
        concurrency: count.meta({ description: 'Jobs one worker runs at a time' }),
        usersPerWorkerHour: count.meta({
          description: '3,600,000 / meanDurationMs * concurrency, rounded down',
        }),
        workersNeeded: count.meta({
          description: 'Workers for a run of totalUsers within one hour, at least 1',
        }),
      })
      .nullable()
      .meta({ description: 'What recent jobs took says; null until one has completed' }),
  })
  .meta({ id: 'Recommendation' });

const asOf = z.iso
  .date('is not a day such as 2026-11-22')
  .refine((day) => day <= new Date().toISOString().slice(0, 10), 'is after today (UTC)')
  .meta({ description: 'A UTC day, not after today; today if absent', example: '1997-09-30' });

export const retriedPart = z
  .object({
    retried: count,
    skipped: count.meta({
      description: 'The user has a live job meanwhile, or the run was cancelled',
    }),
    nextCursor: z.string().optional().meta({ description: 'Absent when none is left' }),
  })
  .meta({ id: 'RetriedPart' });

const attempts = z.array(z.string()).meta({
  description: 'One line for each failed attempt, oldest first',
  example: ['DEADLINE_EXCEEDED: The work took longer than 30 s.'],
});

export const jobHistory = z
  .object({
    jobId: z.string(),
    status: jobState,
    generation: count,
    attempts,
    earlier: z
      .array(z.object({ generation: count, finishedAt: instantOrNull, attempts }))
      .meta({ description: 'The failed generations before, oldest first; the last ten' }),
  })
  .meta({ id: 'JobHistory' });

export const jobLog = z
  .object({
    jobId: z.string(),
    status: jobState,
    progress: z
      .number()
      .nullable()
      .meta({ description: '0 to 100, as its work said last; null if it said nothing' }),
    attempts: z
      .array(
        z.object({
          generation: count,
          start: count.meta({ description: 'Which pick-up of this generation, from 1' }),
          startedAt: instantOrNull,
          endedAt: instantOrNull,
          worker: z.string().nullable(),
          outcome: z.enum(ATTEMPT_OUTCOMES),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      )
      .meta({
        description:
          'The last 20 starts that ended, oldest first. One whose worker crashed ended without a word and is missing',
      }),
    lines: z
      .array(z.object({ at: instant, text: z.string() }))
      .meta({ description: 'The last 100 lines that its work wrote, without secrets' }),
  })
  .meta({ id: 'JobLog' });

export const runRequest = z
  .strictObject({
    asOf: asOf.optional(),
    userIds: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(MAX_USER_IDS)
      .optional()
      .meta({ description: 'ObjectIds or externalIds; all active users if absent' }),
    backfill: z
      .boolean()
      .optional()
      .meta({ description: 'Results of an earlier day may overwrite those of a later one' }),
  })
  .meta({ id: 'RunRequest' });

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must have 1 to 200 visible ASCII characters')
  .optional()
  .meta({ description: 'The same key again answers with the run it began before' });

export const retryFilter = z
  .strictObject({
    runId: runId.optional(),
    code: errorCode.optional(),
    limit: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(1000)
      .meta({ description: 'Looks at so many at most, oldest first' }),
    cursor: z
      .string()
      .max(400)
      .optional()
      .meta({ description: 'The nextCursor of the part before' }),
    ratePerSecond: z
      .number()
      .min(0.1)
      .max(1000)
      .optional()
      .meta({ description: 'Lets so many begin in a second; all at once if absent' }),
  })
  .meta({ id: 'RetryFilter' });
