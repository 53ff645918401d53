import { z } from 'zod';
import type { AuditController } from '../controllers/AuditController.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, pageOf, pageQuery } from './schemas.ts';

export const auditEntry = z
  .object({
    id: z.string(),
    at: instant,
    accountId: z.string().meta({ description: '`api-key` for the key of the cron manager' }),
    email: z.string(),
    address: z.string().meta({ description: 'Of the client' }),
    action: z.string().meta({ example: 'POST /app/queues/:queue/pause' }),
    summary: z.string(),
    about: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .meta({ description: 'What it was about, without secrets' }),
    counts: z.record(z.string(), z.number()).meta({ description: 'On how many it was done' }),
    refused: z.string().nullable().meta({ description: 'The code of the refusal; null if done' }),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });

/** Who did what. */
export function auditRoutes(controller: AuditController): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/app/audit',
      tag: 'Dashboard',
      summary: 'Who changed what, newest first, for 400 days',
      description:
        'Whatever administrators ask for that changes something, refused or done; not the work that programs put in.',
      guard: 'reader',
      query: z.strictObject(pageQuery(50)),
      responses: { 200: pageOf(auditEntry) },
      handle: ({ query: { limit, cursor } }) => controller.list({ limit, cursor }),
    }),
  ];
}
