import { readFile, rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseSettings } from '../../../server/config/env.ts';
import { MailModel } from '../../../server/models/MailModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { loadEmailProcessor } from '../../../server/Services/BackgroundJobs/jobs/email/email.processor.ts';
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
