import { z } from 'zod';
import { SYNC_ERROR_CODES } from '../models/ServiceLogModel.ts';
import { ADAPTERS, SERVICE_STATUSES } from '../models/ServiceModel.ts';
import { queueStats, run } from './jobStatus.schemas.ts';
import { instant, instantOrNull } from './schemas.ts';

const fields = {
  name: z.string().trim().min(1).max(200),
  category: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/, 'is no category such as shared_hosting')
    .optional()
    .meta({ description: 'shared_hosting, which the schedule reads, if absent' }),
  adapter: z.enum(ADAPTERS).meta({
    description:
      'statuspage: the summary that Statuspage and its work-alikes serve; json: expected fields of a JSON answer; uptime: whether it answers, how quickly, and its certificate',
  }),
  url: z.string().min(1).max(2_048).meta({ example: 'https://status.example.com' }),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      description:
        'json: {fields: [{pointer, equals?}]}; uptime: {degradedAboveMs?, certificateDays?}; statuspage: none',
      example: { fields: [{ pointer: '/status', equals: 'ok' }] },
    }),
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,1000}$/, 'has characters that a header cannot carry')
    .nullable()
    .optional()
    .meta({ description: 'Sealed, and never shown; null takes it away' }),
  apiKeyHeader: z
    .string()
    .regex(/^x-[a-z0-9-]{1,62}$/i, 'is no header such as X-Api-Key')
    .nullable()
    .optional()
    .meta({ description: 'Carries the key instead of Authorization: Bearer' }),
  active: z.boolean().optional(),
};

export const newService = z.strictObject(fields);
export const servicePatch = newService.partial();

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

export const syncStatus = queueStats
  .extend({
    lastRun: run.nullable(),
    recent: z.object({
      completed: z.array(serviceLog).meta({ description: 'The last ten' }),
      failed: z.array(serviceLog).meta({ description: 'The last five' }),
    }),
  })
  .meta({ id: 'SyncStatus' });
