import { z } from 'zod';
import { SYNC_ERROR_CODES } from '../models/ServiceLogModel.ts';
import { ADAPTERS, SERVICE_STATUSES } from '../models/ServiceModel.ts';
import { serviceInput } from '../Services/ServiceSync/serviceInput.ts';
import { queueStats, run } from './jobStatus.schemas.ts';
import { instant, instantOrNull } from './schemas.ts';

export const newService = serviceInput;
export const servicePatch = serviceInput.partial();

const status = z.enum(SERVICE_STATUSES).meta({
  description: 'failed: it could not be asked, or its answer was none',
});

export const service = z
  .object({
    id: z.string(),
    name: z.string(),
    category: z.string(),
    adapter: z.enum(ADAPTERS),
    url: z.string(),
    settings: z.record(z.string(), z.unknown()),
    hasApiKey: z.boolean(),
    apiKeyHeader: z.string().nullable(),
    active: z.boolean(),
    synthetic: z.boolean().meta({ description: 'Made for show' }),
    last: z
      .object({ slot: instant, status, at: instant })
      .nullable()
      .meta({ description: 'How it was found last' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Service' });

export const serviceLog = z
  .object({
    id: z.string(),
    serviceId: z.string(),
    name: z.string(),
    slot: instant.meta({ description: 'Of the schedule, or the instant of the request' }),
    at: instant,
    status,
    summary: z.string(),
    latencyMs: z.number().nullable(),
    error: z
      .object({
        code: z.enum(SYNC_ERROR_CODES),
        reason: z.string().meta({ example: 'HTTP_503' }),
        message: z.string(),
      })
      .nullable(),
    facts: z.array(z.object({ name: z.string(), value: z.string() })),
    certificateDaysLeft: z.number().int().nullable(),
    changes: z.array(z.string()).meta({ description: 'What is different from the log before' }),
    effects: z.number().int().meta({ description: 'How much was read' }),
    attempts: z.number().int(),
    jobId: z.string(),
    runId: z.string().nullable(),
    expiresAt: instantOrNull,
  })
  .meta({ id: 'ServiceLog' });

const { waiting, active, delayed, total } = queueStats.shape;

export const syncStatus = queueStats
  .extend({
    redisAvailable: z
      .boolean()
      .meta({ description: 'While it is away the counts that it alone knows are null' }),
    waiting: waiting.nullable(),
    active: active.nullable(),
    delayed: delayed.nullable(),
    total: total.nullable(),
    lastRun: run.nullable(),
    recent: z.object({
      completed: z.array(serviceLog).meta({ description: 'The last ten' }),
      failed: z.array(serviceLog).meta({ description: 'The last five' }),
    }),
  })
  .meta({ id: 'SyncStatus' });
