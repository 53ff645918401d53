import { ulid } from 'ulid';
import { isSameSecret } from '../config/sameSecret.ts';
import { AppError } from '../errors/AppError.ts';
import { CreditScoreModel } from '../models/commerce/CreditScoreModel.ts';
import { CustomerModel } from '../models/commerce/CustomerModel.ts';
import { type MessageDoc, MessageModel } from '../models/commerce/MessageModel.ts';
import { insertOnce } from '../models/insertOnce.ts';
import { documentOf, type Page, pageOfModel } from '../models/pages.ts';
import { readMany } from '../models/readDeadline.ts';
import type { Enqueuer } from '../Services/BackgroundJobs/enqueuing/enqueuer.ts';
import { creditScoreSource } from '../Services/BackgroundJobs/jobs/creditScore/creditScore.source.ts';
import { paymentReminderSource } from '../Services/BackgroundJobs/jobs/paymentReminders/paymentReminder.source.ts';
import { whatsAppJob } from '../Services/BackgroundJobs/jobs/whatsapp/whatsapp.job.ts';
import type { Producer } from '../Services/BackgroundJobs/producer.ts';
import { isSigned, receiveWebhook } from '../Services/WhatsApp/webhook.ts';
import { accepted, ok } from './reply.ts';

export interface MessagesDeps {
  enqueuer: Enqueuer;
  producer: Pick<Producer, 'beginRun'>;
  /** What webhooks are known by; without the one or the other they are refused. */
  whatsApp: { verifyToken: string | undefined; appSecret: string | undefined };
}

interface NewMessage {
  messageId?: string | undefined;
  customerId: string;
  text: string;
  template?: NonNullable<MessageDoc['template']> | undefined;
}

/** Messages, reminders and scores of the wholesale business over HTTP. */
export function createMessagesController({ enqueuer, producer, whatsApp }: MessagesDeps) {
  return {
    async messages(filter: Record<string, string | undefined>, page: Page) {
      const found = await pageOfModel(MessageModel, filter, page);
      return ok({ items: found.items.map(messageView), nextCursor: found.nextCursor });
    },
    async write({ messageId = ulid(), customerId, text, template }: NewMessage) {
      const customer = await documentOf(CustomerModel, 'customer', customerId);
      if (customer.phone === null) {
        throw new AppError('NOT_FOUND', `The customer ${customerId} has no telephone number.`);
      }
      await insertOnce(MessageModel, {
        ...{ _id: messageId, direction: 'out', channel: 'whatsapp', customerId, text },
        ...{ contact: customer.phone, isSyntheticContact: customer.hasSyntheticContact },
        ...{ template: template ?? null, mustBeTemplate: false, invoiceId: null },
        ...{ state: 'queued', sendingSince: null, error: null, at: new Date() },
      });
      await enqueuer.enqueue(whatsAppJob, { messageId }, { key: messageId });
      return accepted(messageView(await documentOf(MessageModel, 'message', messageId)));
    },
    remind: async (asOf: string) =>
      accepted(await producer.beginRun(paymentReminderSource, { asOf })),
    score: async (asOf: string) => accepted(await producer.beginRun(creditScoreSource, { asOf })),
    async changes(limit: number) {
      const items = await readMany((options) =>
        CreditScoreModel.find(
          { changedFrom: { $gt: 0 } },
          { _id: 0, customerId: 1, asOf: 1, score: 1, changedFrom: 1 },
          options,
        )
          .sort({ asOf: -1, _id: 1 })
          .limit(limit)
          .lean(),
      );
      return ok({ items });
    },
    verify(token: string, challenge: string) {
      const { verifyToken } = whatsApp;
      if (verifyToken === undefined || !isSameSecret(token, verifyToken)) {
        throw new AppError('FORBIDDEN', 'This is not the token that WHATSAPP_VERIFY_TOKEN names.');
      }
      return ok(challenge);
    },
    async hear(body: unknown, bytes: Buffer | null, signature: string | undefined) {
      const { appSecret } = whatsApp;
      if (appSecret === undefined || !isSigned(bytes ?? Buffer.alloc(0), signature, appSecret)) {
        throw new AppError(
          'FORBIDDEN',
          'The signature X-Hub-Signature-256 is not that of WHATSAPP_APP_SECRET over this body.',
        );
      }
      for (const messageId of await receiveWebhook(body)) {
        await enqueuer.enqueue(whatsAppJob, { messageId }, { key: `${messageId}/template` });
      }
      return ok({ received: true as const });
    },
  };
}

export type MessagesController = ReturnType<typeof createMessagesController>;

function messageView(message: MessageDoc) {
  const { _id: id, template: _, mustBeTemplate: __, sendingSince: ___, ...rest } = message;
  return { id, ...rest };
}
