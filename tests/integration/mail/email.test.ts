import { readFile, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { CreditScoreModel } from '../../../server/models/commerce/CreditScoreModel.ts';
import { CustomerModel } from '../../../server/models/commerce/CustomerModel.ts';
import { InvoiceModel } from '../../../server/models/commerce/InvoiceModel.ts';
import { MessageModel } from '../../../server/models/commerce/MessageModel.ts';
import { PaymentModel } from '../../../server/models/commerce/PaymentModel.ts';
import { MailModel } from '../../../server/models/MailModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { provideEnqueuer } from '../../../server/Services/BackgroundJobs/enqueue.ts';
import { creditScoreProcessor } from '../../../server/Services/BackgroundJobs/jobs/creditScore/creditScore.processor.ts';
import { loadEmailProcessor } from '../../../server/Services/BackgroundJobs/jobs/email/email.processor.ts';
import { paymentReminderProcessor } from '../../../server/Services/BackgroundJobs/jobs/paymentReminders/paymentReminder.processor.ts';
import { type NewMail, putIntoOutbox } from '../../../server/Services/Mail/outbox.ts';
import { SILENT } from '../core/installation.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';
import { type LocalSmtp, startSmtp } from './smtpServer.ts';

useOwnDatabase();
let smtp: LocalSmtp;
beforeAll(async () => {
  await MailModel.createIndexes();
  smtp = await startSmtp();
});
afterAll(() => smtp.stop());
afterEach(async () => {
  smtp.taken.length = 0;
  smtp.answerRecipients(null);
  await MailModel.deleteMany({});
});

const context = {
  ...{ jobId: 'j', runId: null, runSeq: 1, attempt: 1, idempotencyKey: 'j', log: SILENT },
  signal: new AbortController().signal,
  ...{ progress: () => undefined, logLine: () => undefined },
};
const settings = { JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more' };
const processorWith = (more: Record<string, string>) =>
  loadEmailProcessor({ env: parseSettings({ ...settings, ...more }) });
const send = (mailId: string, more: Record<string, string> = { SMTP_URL: smtp.url }) =>
  processorWith(more)({ mailId }, context);
const newMail = (more: Partial<NewMail<'notice'>> = {}) =>
  putIntoOutbox({
    ...{ key: 'health-1', template: 'notice', to: 'ann@example.com' },
    data: { title: 'Redis is away', lines: ['Start it.'] },
    ...more,
  });
const headerOf = (mail: string | undefined, name: string) =>
  new RegExp(`^${name}:\\s*(.*(?:\r?\n[ \t].*)*)`, 'im').exec(mail ?? '')?.[1]?.replace(/\s+/g, '');

describe('a mail', () => {
  it('goes through the server once, as text and as HTML', async () => {
    const mailId = await newMail();
    expect(await newMail()).toBe(mailId);
    expect(await send(mailId)).toEqual({ outcome: 'sent' });
    expect(await send(mailId)).toEqual({ outcome: 'before' });
    expect(smtp.taken).toHaveLength(1);
    expect(smtp.taken[0]).toMatch(/text\/plain[\s\S]*text\/html/);
    expect(headerOf(smtp.taken[0], 'List-Unsubscribe')).toBeUndefined();
    expect(await MailModel.findById(mailId).lean()).toMatchObject({
      ...{ state: 'sent', response: expect.stringContaining('taken') },
    });
  });

  it('has the same Message-ID when a crash before the record sends it again', async () => {
    const mailId = await newMail();
    await send(mailId);
    await MailModel.updateOne({ _id: mailId }, { $set: { state: 'waiting' } });
    await send(mailId);
    const [first, second] = smtp.taken.map((mail) => headerOf(mail, 'Message-ID'));
    expect(first).toMatch(/^<[0-9a-f]{32}@localhost>$/);
    expect(second).toBe(first);
  });

  it('carries one click to unsubscribe, and is not sent to whoever used it', async () => {
    const user = await UserModel.create({
      ...{ externalId: 'u1', email: 'ann@example.com', timezone: 'UTC', active: true },
    });
    const userId = user._id.toHexString();
    const settings = { SMTP_URL: smtp.url, PUBLIC_URL: 'https://hourwork.test' };
    await send(await newMail({ userId, list: 'weekly' }), settings);
    expect(headerOf(smtp.taken[0], 'List-Unsubscribe')).toMatch(
      /^<https:\/\/hourwork\.test\/mail\/unsubscribe\?token=[\w.-]+>$/,
    );
    expect(headerOf(smtp.taken[0], 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    await UserModel.updateOne({ _id: userId }, { $set: { unsubscribed: ['weekly'] } });
    const second = await newMail({ key: 'health-2', userId, list: 'weekly' });
    expect(await send(second, settings)).toEqual({ outcome: 'unsubscribed' });
    expect(smtp.taken).toHaveLength(1);
  });

  it('fails at once when the server refuses it for good, and is tried again otherwise', async () => {
    const mailId = await newMail();
    smtp.answerRecipients({ code: 450, message: 'greylisted' });
    await expect(send(mailId)).rejects.toMatchObject({ name: 'Error', responseCode: 450 });
    smtp.answerRecipients({ code: 550, message: 'no such mailbox' });
    await expect(send(mailId)).rejects.toMatchObject({ name: 'FailNow', code: 'MAIL_REFUSED' });
    expect(await MailModel.findById(mailId).lean()).toMatchObject({ state: 'refused' });
  });

  it('waits, at no cost to its attempts, for a server that is away or does not know us', async () => {
    const mailId = await newMail();
    const later = { name: 'RetryLater', afterMs: 60_000 };
    await expect(send(mailId, { SMTP_URL: 'smtp://127.0.0.1:1' })).rejects.toMatchObject(later);
    const wrong = smtp.url.replace('pa%20ss', 'wrong');
    await expect(send(mailId, { SMTP_URL: wrong })).rejects.toMatchObject(later);
    expect(await MailModel.findById(mailId).lean()).toMatchObject({ state: 'waiting' });
  });

  it('is kept in the outbox and as a file where there is no server', async () => {
    const mailId = await newMail();
    expect(await send(mailId, {})).toEqual({ outcome: 'kept' });
    const kept = await MailModel.findById(mailId).lean();
    expect(kept).toMatchObject({ state: 'kept', rendered: { subject: 'Redis is away' } });
    const file = kept?.response ?? '';
    expect(file).toMatch(/^\.local\/outbox\/[0-9a-f]{32}\.eml$/);
    expect(await readFile(file, 'utf8')).toMatch(/^Subject: Redis is away$/m);
    await rm(file);
  });

  it('is not sent when it is gone with its user', async () => {
    await expect(send('gone')).rejects.toMatchObject({ name: 'Cancelled' });
  });
});

describe('a reminder of an invoice by e-mail', () => {
  const DAY = '2026-11-27';
  let number = 0;
  const enqueued: unknown[] = [];
  const undo = provideEnqueuer({
    async enqueue(job: { kind: string }, payload: unknown) {
      enqueued.push([job.kind, payload]);
      return { jobId: 'j', status: 'enqueued' };
    },
  } as never);
  afterAll(undo);

  async function reminder(more: object = {}) {
    number += 1;
    const id = `mail-${number}`;
    enqueued.length = 0;
    await CustomerModel.create({
      ...{ _id: id, name: 'A shop', channel: 'email', email: 'shop@example.com' },
      ...{ hasSyntheticContact: false, ...more },
    });
    await InvoiceModel.create({
      ...{ _id: id, customerId: id, invoicedOn: '2026-10-28', dueOn: DAY, amountCents: 1_250 },
      disputed: false,
    });
    const { messageId } = await paymentReminderProcessor({ invoiceId: id, asOf: DAY }, context);
    const mail = await MailModel.findOne({ key: messageId }).lean();
    const state = async () => (await MessageModel.findById(messageId).lean())?.state;
    return { id, mailId: mail?._id, state };
  }

  it('goes the way of all mail, once, and its message says so', async () => {
    const { id, mailId = '', state } = await reminder();
    expect(enqueued).toEqual([['email', { mailId }]]);
    await paymentReminderProcessor({ invoiceId: id, asOf: DAY }, context);
    expect(await MailModel.countDocuments()).toBe(1);
    expect(await send(mailId)).toEqual({ outcome: 'sent' });
    expect(smtp.taken[0]).toContain(`A shop: invoice ${id} over 12.50 is due today.`);
    expect(await state()).toBe('sent');
  });

  it('is not sent when its invoice is paid while it waits', async () => {
    const { id, mailId = '', state } = await reminder();
    await PaymentModel.create({
      ...{ _id: 'p', invoiceId: id, amountCents: 1_250, paidOn: DAY, receivedAt: new Date() },
    });
    expect(await send(mailId)).toEqual({ outcome: 'dropped' });
    expect(smtp.taken).toEqual([]);
    expect(await state()).toBe('dropped');
    expect(await send(mailId)).toEqual({ outcome: 'before' });
  });

  it('says so where the server refuses it, and where a crash kept its message from being told', async () => {
    const { id, mailId = '', state } = await reminder();
    smtp.answerRecipients({ code: 550, message: 'no such mailbox' });
    await expect(send(mailId)).rejects.toMatchObject({ code: 'MAIL_REFUSED' });
    expect(await state()).toBe('failed');
    await MessageModel.updateOne({ invoiceId: id }, { $set: { state: 'queued' } });
    expect(await send(mailId)).toEqual({ outcome: 'before' });
    expect(await state()).toBe('failed');
  });

  it('is followed by a notice to administrators when a credit score changes much, once', async () => {
    const { id } = await reminder();
    await InvoiceModel.updateOne({ _id: id }, { settledOn: DAY });
    await createAccount({
      email: 'root@example.com',
      password: 'a-long-test-password',
      role: 'admin',
    });
    await CreditScoreModel.create({
      ...{ _id: `${id}@2026-10-31`, customerId: id, asOf: '2026-10-31', runSeq: 1 },
      ...{ score: 300, reasons: [], changedFrom: null },
    });
    const scored = await creditScoreProcessor({ customerId: id, asOf: DAY }, context);
    await creditScoreProcessor({ customerId: id, asOf: DAY }, context);
    const notices = await MailModel.find({ template: 'notice' }).lean();
    expect(notices.map(({ to, data }) => [to, data.title])).toEqual([
      ['root@example.com', `The credit score of ${id} has risen from 300 to ${scored.score}`],
    ]);
  });

  it('to an address that is made up stays in the outbox', async () => {
    const { mailId, state } = await reminder({ hasSyntheticContact: true });
    expect([mailId, enqueued, await state()]).toEqual([undefined, [], 'outbox']);
  });
});
