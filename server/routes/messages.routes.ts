import { z } from 'zod';
import type { MessagesController } from '../controllers/MessagesController.ts';
import { CHANNELS } from '../models/commerce/CustomerModel.ts';
import { MESSAGE_STATES } from '../models/commerce/MessageModel.ts';
import { utcDay } from '../Services/Commerce/days.ts';
import { day, id } from './commerce.schemas.ts';
import { ENQUEUE_ERRORS } from './queueErrors.ts';
import { defineRoute, type Route } from './route.ts';
import { instant, pageOf, pageQuery } from './schemas.ts';

const BASE = '/api/v1/commerce';
const WEBHOOK = `${BASE}/whatsapp/webhook`;
const messageId = z.string().min(1).max(200);

const messageView = z
  .object({
    id: z.string(),
    direction: z.enum(['out', 'in']),
    channel: z.enum(CHANNELS),
    customerId: z.string().nullable(),
    contact: z.string(),
    isSyntheticContact: z.boolean(),
    text: z.string(),
    invoiceId: z.string().nullable(),
    state: z.enum(MESSAGE_STATES),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    at: instant,
  })
  .meta({ id: 'Message' });

const begun = z.object({ runId: z.string() });
const asOfBody = z.strictObject({
  asOf: day.optional().meta({ description: 'Today, in UTC, if left out' }),
});

/** Messages, reminders and the monthly scores, under /api/v1/commerce. */
export function messagesRoutes(controller: MessagesController): Route[] {
  const common = { tag: 'Commerce' } as const;
  const today = () => utcDay(new Date());
  return [
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/messages`, guard: 'reader' },
      summary: 'Messages to customers and from them, by id',
      query: z.strictObject({
        customerId: id.optional(),
        invoiceId: id.optional(),
        state: z.enum(MESSAGE_STATES).optional(),
        ...pageQuery(50),
      }),
      responses: { 200: pageOf(messageView) },
      handle: ({ query: { limit, cursor, ...filter } }) =>
        controller.messages(filter, { limit, cursor }),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/messages`, guard: 'administrator' },
      summary: 'Write to a customer by WhatsApp',
      description:
        'Free text is sent within 24 hours of what the customer last wrote; outside of it WhatsApp refuses it.',
      body: z.strictObject({
        messageId: id.optional().meta({ description: 'The same id is the same message' }),
        customerId: id,
        text: z.string().min(1).max(4_096),
        template: z
          .strictObject({
            name: z.string().min(1).max(512),
            language: z.string().min(2).max(10).default('en'),
            parameters: z.array(z.string().min(1).max(1_024)).max(20).default([]),
          })
          .optional()
          .meta({ description: 'What is sent instead where free text is not allowed' }),
      }),
      responses: { 202: messageView },
      errors: ['NOT_FOUND', ...ENQUEUE_ERRORS],
      handle: ({ body }) => controller.write(body),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/reminders/run`, guard: 'administrator' },
      summary: 'Begin a run over the invoices that reminders are due of on a day',
      body: asOfBody,
      responses: { 202: begun },
      errors: ENQUEUE_ERRORS,
      handle: ({ body }) => controller.remind(body.asOf ?? today()),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: `${BASE}/scores/run`, guard: 'administrator' },
      summary: 'Begin a run that scores all customers as of a day',
      body: asOfBody,
      responses: { 202: begun },
      errors: ENQUEUE_ERRORS,
      handle: ({ body }) => controller.score(body.asOf ?? today()),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: `${BASE}/scores/changes`, guard: 'reader' },
      summary: 'The scores that changed by more than 40 points, newest day first',
      query: z.strictObject({ limit: pageQuery(50).limit }),
      responses: {
        200: z.object({
          items: z.array(
            z.object({
              customerId: z.string(),
              asOf: day,
              score: z.number().int().nullable(),
              changedFrom: z.number().int().nullable(),
            }),
          ),
        }),
      },
      handle: ({ query }) => controller.changes(query.limit),
    }),
    defineRoute({
      ...{ ...common, method: 'get', path: WEBHOOK, guard: 'anyone', media: 'text/plain' },
      summary: 'Meta verifies the address of the webhook',
      query: z.object({
        'hub.mode': z.literal('subscribe'),
        'hub.verify_token': messageId,
        'hub.challenge': z.string().regex(/^[\w-]{1,200}$/, 'is no challenge'),
      }),
      responses: { 200: z.string() },
      errors: ['FORBIDDEN'],
      handle: ({ query }) => controller.verify(query['hub.verify_token'], query['hub.challenge']),
    }),
    defineRoute({
      ...{ ...common, method: 'post', path: WEBHOOK, guard: 'anyone' },
      summary: 'Meta tells delivery states and messages that came in',
      description:
        'Signed by X-Hub-Signature-256 with the app’s secret; what is told again changes nothing.',
      headers: z.object({ 'x-hub-signature-256': z.string().max(200).optional() }),
      body: z.looseObject({}),
      responses: { 200: z.object({ received: z.literal(true) }) },
      errors: ['FORBIDDEN', ...ENQUEUE_ERRORS],
      handle: ({ body, rawBody, headers }) =>
        controller.hear(body, rawBody, headers['x-hub-signature-256']),
    }),
  ];
}
