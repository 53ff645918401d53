import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { isSameSecret } from '../../config/sameSecret.ts';
import { CustomerModel } from '../../models/commerce/CustomerModel.ts';
import {
  type MessageDoc,
  MessageModel,
  type MessageState,
} from '../../models/commerce/MessageModel.ts';
import { WhatsAppContactModel } from '../../models/commerce/WhatsAppContactModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { ruleOf } from './errorRules.ts';

const seconds = z.coerce
  .number()
  .int()
  .positive()
  .max(9_999_999_999)
  .transform((value) => new Date(value * 1_000));

const status = z.object({
  id: z.string(),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  biz_opaque_callback_data: z.string().optional(),
  errors: z
    .array(
      z.object({ code: z.number(), title: z.string().optional(), message: z.string().optional() }),
    )
    .default([]),
});
const inbound = z.object({
  id: z.string().min(1).max(200),
  from: z.string().regex(/^\d{5,20}$/),
  timestamp: seconds,
  type: z.string(),
  text: z.object({ body: z.string().max(8_192) }).optional(),
});
/** Items of kinds that are not known here are passed over. */
const knownOnes = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .default([])
    .transform((items) => items.flatMap((each) => item.safeParse(each).data ?? []));
const webhook = z.object({
  entry: z
    .array(
      z.object({
        changes: z.array(
          z.object({
            value: z.object({ statuses: knownOnes(status), messages: knownOnes(inbound) }),
          }),
        ),
      }),
    )
    .default([]),
});

/** Whether a webhook's signature, `sha256=<hex>`, is that of its bytes under the app's secret. */
export function isSigned(body: Buffer, signature: string | undefined, secret: string): boolean {
  const right = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return isSameSecret(signature ?? '', right);
}

/**
 * Takes what a webhook of the Cloud API tells: delivery states, which never go backwards, and messages
 * that came in, each once however often it is told.
 * @returns the messages that are to be sent again, by their template.
 */
export async function receiveWebhook(body: unknown): Promise<string[]> {
  const told = webhook.safeParse(body).data?.entry ?? [];
  const values = told.flatMap(({ changes }) => changes.map(({ value }) => value));
  for (const message of values.flatMap(({ messages }) => messages)) await receive(message);
  const again: string[] = [];
  for (const each of values.flatMap(({ statuses }) => statuses)) {
    const messageId = await noteState(each);
    if (messageId !== null) again.push(messageId);
  }
  return again;
}

async function receive({
  id,
  from,
  timestamp,
  type,
  text,
}: z.output<typeof inbound>): Promise<void> {
  const customer = await CustomerModel.findOne({ phone: from }, { _id: 1 }).lean();
  await insertOnce(MessageModel, {
    ...{ _id: id, direction: 'in', channel: 'whatsapp', customerId: customer?._id ?? null },
    ...{ contact: from, isSyntheticContact: false, text: text?.body ?? `(${type})` },
    ...{ template: null, mustBeTemplate: false, invoiceId: null, state: 'received' },
    ...{ sendingSince: null, error: null, at: timestamp },
  });
  await WhatsAppContactModel.updateOne(
    { _id: from },
    { $max: { lastInboundAt: timestamp }, $setOnInsert: { nextSendAt: new Date(0) } },
    { upsert: true },
  );
}

/** The states that a told one may follow: told late or twice, it changes nothing. */
const FOLLOWS: Readonly<Record<'sent' | 'delivered' | 'read' | 'failed', readonly MessageState[]>> =
  {
    sent: ['queued', 'sending'],
    delivered: ['queued', 'sending', 'sent'],
    read: ['queued', 'sending', 'sent', 'delivered'],
    failed: ['queued', 'sending', 'sent'],
  };

/** @returns the message's id when only its template may be sent, and now is to be. */
async function noteState(told: z.output<typeof status>): Promise<string | null> {
  const { id: providerId, status: state, biz_opaque_callback_data: reference } = told;
  const known = await MessageModel.findOne(
    reference === undefined ? { providerId } : { $or: [{ providerId }, { _id: reference }] },
  ).lean<MessageDoc>();
  if (known === null || known.direction !== 'out' || known.refusedId === providerId) return null;
  const [problem] = told.errors;
  const error =
    problem === undefined
      ? null
      : { code: String(problem.code), message: problem.title ?? problem.message ?? 'failed' };
  const isForTemplate =
    state === 'failed' &&
    problem !== undefined &&
    ruleOf({ code: problem.code, status: 400 }).is === 'template' &&
    known.template !== null &&
    !known.mustBeTemplate;
  const change = isForTemplate
    ? {
        $set: {
          ...{ state: 'queued' as const, mustBeTemplate: true, error, sendingSince: null },
          refusedId: providerId,
        },
        $unset: { providerId: 1 as const },
      }
    : { $set: { state, providerId, error, sendingSince: null } };
  const { modifiedCount } = await MessageModel.updateOne(
    { _id: known._id, state: { $in: [...FOLLOWS[state]] } },
    change,
    { writeConcern: DURABLE },
  );
  return isForTemplate && modifiedCount === 1 ? known._id : null;
}
