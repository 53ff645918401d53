import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import { DURABLE } from '../../models/durable.ts';
import { insertOnce } from '../../models/insertOnce.ts';
import { type MailDoc, MailModel, type MailState } from '../../models/MailModel.ts';
import { objectId } from '../../models/objectIds.ts';
import type { MailList } from './mailLists.ts';
import { MAIL_TEMPLATES, type MailData, type MailTemplate } from './templates.ts';

/** One mail that is to be sent once. */
export interface NewMail<Template extends MailTemplate> {
  /** The same key is the same mail, for as long as it is kept: 90 days. */
  readonly key: string;
  readonly template: Template;
  readonly to: string;
  readonly data: MailData<Template>;
  /** The user whom it is for; deleting the user takes the mail along. */
  readonly userId?: string;
  /** What the user may unsubscribe from. It needs `userId`. */
  readonly list?: MailList;
}

const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Puts a mail into the outbox. @returns its id, which is the first one's for a key that is there.
 * @throws ZodError when the data do not fit the template.
 */
export async function putIntoOutbox<Template extends MailTemplate>(
  mail: NewMail<Template>,
): Promise<string> {
  const { key, template, to, userId, list } = mail;
  const _id = ulid();
  const now = Date.now();
  const isNew = await insertOnce<MailDoc>(MailModel, {
    ...{ _id, key, template, to, list: list ?? null },
    data: MAIL_TEMPLATES[template].parse(mail.data),
    userId: userId === undefined ? null : objectId(userId),
    messageId: createHash('sha256').update(key).digest('hex').slice(0, 32),
    ...{ state: 'waiting', response: null, rendered: null, endedAt: null },
    ...{ createdAt: new Date(now), expiresAt: new Date(now + KEPT_DAYS * DAY_MS) },
  });
  if (isNew) return _id;
  const known = await MailModel.findOne({ key }, { _id: 1 }).lean();
  // It expired in between.
  return known?._id ?? putIntoOutbox(mail);
}

/** A mail of the outbox; null when it is gone, as with its user. */
export function findMail(mailId: string): Promise<MailDoc | null> {
  return MailModel.findById(mailId).lean<MailDoc>();
}

/** Says what became of a mail; one that has ended already stays as it is. */
export async function endMail(
  mailId: string,
  state: Exclude<MailState, 'waiting'>,
  outcome: Partial<Pick<MailDoc, 'response' | 'rendered'>> = {},
): Promise<void> {
  await MailModel.updateOne(
    { _id: mailId, state: 'waiting' },
    { $set: { state, endedAt: new Date(), ...outcome } },
    { writeConcern: DURABLE },
  );
}
