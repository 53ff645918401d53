import { AppError } from '../../errors/AppError.ts';
import {
  type MessageDoc,
  MessageModel,
  type MessageState,
} from '../../models/commerce/MessageModel.ts';
import { WhatsAppContactModel } from '../../models/commerce/WhatsAppContactModel.ts';
import { DURABLE } from '../../models/durable.ts';
import { retryLostRaces } from '../../models/lostRaces.ts';
import { isPaid } from '../Commerce/reminders.ts';
import type { CloudApi, Content, SendAnswer } from './cloudApi.ts';
import { ruleOf } from './errorRules.ts';
import { takeSendTurn } from './sendTurns.ts';

/** What became of one try to send a message. */
export type SendOutcome =
  | { readonly state: MessageState }
  | { readonly retryAfterMs: number; readonly reason: string }
  | { readonly failed: { readonly code: string; readonly message: string } };

export interface SendOptions {
  /** Null without a token: then messages go to the outbox. */
  readonly cloudApi: CloudApi | null;
  /** Whether contacts that are made up may be written to, as where the API is a double. */
  readonly writesToSynthetic: boolean;
  readonly signal: AbortSignal;
  readonly now?: Date;
}

/**
 * After a try without an answer, so long is waited for a delivery state that says that it was sent all
 * the same. The API has no key by which it would drop a repetition.
 */
const UNCERTAIN_MS = 120_000;
const WINDOW_MS = 24 * 3_600_000;

/**
 * Sends a message once: one that is sent, dropped or in the outbox stays so. A reminder is dropped when
 * its invoice was paid meanwhile, up to the last moment before it is sent.
 * @throws AppError NOT_FOUND without the message; Error of a failure that is to be tried again.
 */
export async function sendMessage(
  messageId: string,
  { cloudApi, writesToSynthetic, signal, now = new Date() }: SendOptions,
): Promise<SendOutcome> {
  const message = await MessageModel.findById(messageId).lean<MessageDoc>();
  if (message === null) throw new AppError('NOT_FOUND', `There is no message ${messageId}.`);
  const { state, sendingSince, contact } = message;
  if (state !== 'queued' && state !== 'sending') return { state };
  if (await isUnwanted(message)) return moved(message, 'dropped');
  if (cloudApi === null || (message.isSyntheticContact && !writesToSynthetic)) {
    return moved(message, 'outbox');
  }
  const uncertainUntil = (sendingSince?.getTime() ?? 0) + UNCERTAIN_MS;
  if (state === 'sending' && uncertainUntil > now.getTime()) {
    return later(uncertainUntil - now.getTime(), 'Whether it was sent is not known yet.');
  }
  const waitMs = await takeSendTurn(contact, now);
  if (waitMs > 0) return later(waitMs, 'Another message to this number was just sent.');
  const content = await contentOf(message, now);
  if (!(await move(message, 'sending', { sendingSince: now }))) {
    return later(UNCERTAIN_MS, 'Another worker sends it.');
  }
  const sending: MessageDoc = { ...message, state: 'sending', sendingSince: now };
  if (await isUnwanted(message)) return moved(sending, 'dropped');
  return settled(sending, await cloudApi.send(contact, content, messageId, signal), content);
}

async function isUnwanted({ invoiceId }: MessageDoc): Promise<boolean> {
  return invoiceId !== null && (await isPaid(invoiceId));
}

/** Free text within 24 hours of what the person last wrote, the template after. */
async function contentOf(message: MessageDoc, now: Date): Promise<Content> {
  const { text, template, mustBeTemplate, contact } = message;
  if (template === null) return { text };
  if (mustBeTemplate) return { template };
  const known = await WhatsAppContactModel.findById(contact, { lastInboundAt: 1 }).lean();
  const lastInboundAt = known?.lastInboundAt?.getTime() ?? 0;
  return now.getTime() - lastInboundAt < WINDOW_MS ? { text } : { template };
}

async function settled(
  message: MessageDoc,
  answer: SendAnswer,
  content: Content,
): Promise<SendOutcome> {
  if (answer.sent) return moved(message, 'sent', { providerId: answer.providerId });
  const rule = ruleOf(answer);
  const error = { code: String(answer.code), message: answer.message };
  const again = { sendingSince: null, error };
  if (rule.is === 'later') {
    await move(message, 'queued', again);
    return later(rule.afterMs, answer.message);
  }
  if (rule.is === 'template' && message.template !== null && 'text' in content) {
    await move(message, 'queued', { ...again, mustBeTemplate: true });
    return later(1_000, answer.message);
  }
  if (rule.is === 'retry') {
    await move(message, 'queued', again);
    throw new Error(`WhatsApp answered ${answer.code}: ${answer.message}`);
  }
  await move(message, 'failed', again);
  return { failed: { code: `WHATSAPP_${answer.code}`, message: answer.message } };
}

function later(retryAfterMs: number, reason: string): SendOutcome {
  return { retryAfterMs, reason };
}

type Changes = Partial<
  Pick<MessageDoc, 'sendingSince' | 'providerId' | 'error' | 'mustBeTemplate'>
>;

async function moved(
  message: MessageDoc,
  state: MessageState,
  changes: Changes = {},
): Promise<SendOutcome> {
  await move(message, state, { sendingSince: null, ...changes });
  const now = await MessageModel.findById(message._id, { state: 1 }).lean();
  return { state: now?.state ?? state };
}

/** Moves a message on from the state in which it was read, of which its last try is a part. */
async function move(message: MessageDoc, state: MessageState, changes: Changes): Promise<boolean> {
  const { _id, state: from, sendingSince } = message;
  const { modifiedCount } = await retryLostRaces(() =>
    MessageModel.updateOne(
      { _id, state: from, sendingSince },
      { $set: { state, ...changes } },
      { writeConcern: DURABLE },
    ),
  );
  return modifiedCount === 1;
}
