import { z } from 'zod';
import { DEPLOYED_PARTS } from '../models/DeployModel.ts';
import { SLOT_STATES } from '../models/system/SlotModel.ts';
import { LEVELS, SITUATIONS } from '../Services/BackgroundJobs/overview/situation.ts';
import { auditEntry } from './audit.routes.ts';
import { run } from './jobStatus.schemas.ts';
import { queueHealth, workerHealth } from './queueHealth.routes.ts';
import { instant, instantOrNull } from './schemas.ts';

export const count = z.number().int().nonnegative();

const situation = z
  .object({
    code: z.enum(SITUATIONS),
    level: z
      .enum(LEVELS)
      .meta({ description: 'down: no job is done; warning: a person is needed; notice; well' }),
    subject: z
      .string()
      .nullable()
      .meta({ description: 'The queue, schedule, run or worker that it is about' }),
    since: instantOrNull,
    affected: count.nullable().meta({ description: 'How many jobs it hits' }),
    of: count.nullable().meta({ description: 'Of how many' }),
    by: z.string().nullable(),
    note: z.string().nullable(),
    next: instantOrNull.meta({ description: 'The next slot: what comes if nothing is done' }),
  })
  .meta({ id: 'Situation' });

export const scheduleView = z
  .object({
    schedule: z.string(),
    expression: z.string().nullable(),
    timezone: z.string().nullable(),
    next: instantOrNull,
    overdue: instantOrNull.meta({ description: 'The oldest slot that is due and not begun' }),
    heldUntil: instantOrNull.meta({ description: 'Stopped until then; null while it runs' }),
    hold: z.object({ by: z.string(), why: z.string() }).nullable(),
    heldSince: instantOrNull,
    kind: z.string().nullable().meta({ description: 'What the jobs of its newest run do' }),
    slots: z
      .array(
        z.object({
          slot: instant,
          state: z.enum(SLOT_STATES),
          runId: z.string().nullable(),
          jobId: z.string().nullable(),
          note: z.string().nullable(),
          counts: run
            .pick({
              duplicates: true,
              queued: true,
              active: true,
              delayed: true,
              completed: true,
              failed: true,
              cancelled: true,
            })
            .nullable()
            .meta({ description: 'Of the run, once it is sealed' }),
          durationMs: z.number().nullable(),
        }),
      )
      .meta({ description: 'The newest 60, oldest first' }),
  })
  .meta({ id: 'Schedule' });

const failureGroup = z.object({
  code: z.string(),
  jobs: count,
  users: count,
  firstAt: instant,
  lastAt: instant,
  texts: z
    .array(z.object({ text: z.string(), jobs: count, example: z.string() }))
    .meta({ description: 'Without ids and numbers, each with a job that failed so' }),
  dismissed: z
    .object({ at: instant, by: z.string(), note: z.string() })
    .nullable()
    .meta({ description: 'Who has set those up to an instant aside' }),
});

export const failureGroups = z
  .object({
    items: z.array(failureGroup),
    looked: count.meta({ description: 'How many failed jobs were looked at' }),
    more: z.boolean().meta({ description: 'Whether older ones stand failed too' }),
  })
  .meta({ id: 'FailureGroups' });

export const overview = z
  .object({
    asOf: instant,
    situations: z.array(situation).meta({ description: 'The worst first; never empty' }),
    redis: z.enum(['up', 'down']),
    queues: z.array(queueHealth),
    workers: z.array(workerHealth),
    schedules: z.array(scheduleView),
    runs: z.array(run).meta({ description: 'The newest five' }),
  })
  .meta({ id: 'Overview' });

export const keptIncident = z.object({
  id: z.string(),
  at: instant,
  by: z.string(),
  note: z.string(),
  keptUntil: instant,
});

export const incident = keptIncident
  .extend({
    snapshot: overview
      .extend({
        failures: z.array(failureGroup.omit({ texts: true, dismissed: true })),
      })
      .meta({ id: 'Snapshot', description: 'As /app/now answered it then' }),
  })
  .meta({ id: 'Incident' });

export const changes = z
  .object({
    since: instant.meta({ description: 'At most 30 days ago, whatever was asked for' }),
    asOf: instant,
    items: z
      .array(
        z.discriminatedUnion('what', [
          z.object({
            what: z.literal('deploy'),
            at: instant,
            part: z.enum(DEPLOYED_PARTS),
            version: z.string(),
            before: z.string().nullable(),
          }),
          auditEntry.pick({ action: true, summary: true, about: true, counts: true }).extend({
            what: z.literal('action'),
            at: instant.meta({ description: 'The last time' }),
            by: z.string(),
            times: count,
          }),
          z.object({
            what: z.literal('alarm'),
            at: instant,
            title: z.string(),
            text: z.string(),
          }),
          z.object({
            what: z.literal('run'),
            at: instant,
            ...run.pick({ runId: true, kind: true, failed: true, balanced: true, warnings: true })
              .shape,
            of: count,
          }),
        ]),
      )
      .meta({ description: 'Newest first; the same done again by the same person is one' }),
    more: z.boolean().meta({ description: 'Whether there was more, which is left out' }),
  })
  .meta({ id: 'Changes' });
