import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CreditScoreModel } from '../../../server/models/commerce/CreditScoreModel.ts';
import { CustomerModel } from '../../../server/models/commerce/CustomerModel.ts';
import { InvoiceModel } from '../../../server/models/commerce/InvoiceModel.ts';
import { type MessageDoc, MessageModel } from '../../../server/models/commerce/MessageModel.ts';
import { WhatsAppContactModel } from '../../../server/models/commerce/WhatsAppContactModel.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { creditScoreJob } from '../../../server/Services/BackgroundJobs/jobs/creditScore/creditScore.job.ts';
import { paymentReminderJob } from '../../../server/Services/BackgroundJobs/jobs/paymentReminders/paymentReminder.job.ts';
import { paymentReminderSource } from '../../../server/Services/BackgroundJobs/jobs/paymentReminders/paymentReminder.source.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { whatsAppJob } from '../../../server/Services/BackgroundJobs/jobs/whatsapp/whatsapp.job.ts';
import { payInvoice } from '../../../server/Services/Commerce/payInvoice.ts';
import { writeReminder } from '../../../server/Services/Commerce/reminders.ts';
import { importCommerce } from '../../../server/Services/Commerce/sample/importCommerce.ts';
import { scoreCustomer } from '../../../server/Services/Commerce/scoreCustomer.ts';
import { createCloudApi } from '../../../server/Services/WhatsApp/cloudApi.ts';
import { sendMessage } from '../../../server/Services/WhatsApp/sendMessage.ts';
import { type Harness, startHarness } from '../http/harness.ts';
import { type CloudApiDouble, startCloudApiDouble } from './cloudApiDouble.ts';

const BASE = '/api/v1/commerce';
const APP_SECRET = 'the-secret-of-the-app';
const settings = { WHATSAPP_APP_SECRET: APP_SECRET, WHATSAPP_VERIFY_TOKEN: 'verify-me' };
const DAY = '2026-11-27';
let api: Harness;
let double: CloudApiDouble;
let number = 0;

beforeAll(async () => {
  const kinds = [userDataJob, whatsAppJob, paymentReminderJob, creditScoreJob];
  api = await startHarness(settings, kinds);
  await ensureIndexes();
  await importCommerce();
  double = await startCloudApiDouble();
});
afterAll(async () => {
  await double.stop();
  await api.stop();
});

/** A customer with a number of its own, who wants WhatsApp, and an invoice of it that is due today. */
async function invoiceDueToday(): Promise<{ invoiceId: string; phone: string }> {
  number += 1;
  const customerId = `WA-${number}`;
  const phone = `4930000000${number}`;
  await CustomerModel.create({
    ...{ _id: customerId, name: 'A shop', channel: 'whatsapp', phone, hasSyntheticContact: false },
  });
  const invoiceId = `WA-INV-${number}`;
  await InvoiceModel.create({
    ...{ _id: invoiceId, customerId, invoicedOn: '2026-10-28', dueOn: DAY, amountCents: 1_250 },
    disputed: false,
  });
  return { invoiceId, phone };
}

async function reminder(): Promise<{ messageId: string; invoiceId: string; phone: string }> {
  const { invoiceId, phone } = await invoiceDueToday();
  const message = await writeReminder(invoiceId, DAY);
  return { messageId: message?._id ?? '', invoiceId, phone };
}

function send(messageId: string, now = new Date()) {
  const cloudApi = createCloudApi({ baseUrl: double.url, phoneNumberId: '4711', token: 'token' });
  const signal = new AbortController().signal;
  return sendMessage(messageId, { cloudApi, writesToSynthetic: false, signal, now });
}

const message = async (id: string) =>
  (await MessageModel.findById(id).lean<MessageDoc>()) as MessageDoc;
const sentTo = (phone: string) => double.sent.filter(({ to }) => to === phone);
const later = (seconds: number) => new Date(Date.now() + seconds * 1_000);

/** Tells the webhook something, signed as Meta does. */
function tell(value: object, secret = APP_SECRET) {
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
  });
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return api
    .post(`${BASE}/whatsapp/webhook`)
    .set('content-type', 'application/json')
    .set('x-hub-signature-256', `sha256=${signature}`)
    .send(body);
}

describe('a reminder', () => {
  it('is one message for each invoice and step, whoever asks', async () => {
    const { invoiceId } = await invoiceDueToday();
    const asked = await Promise.all([1, 2, 3, 4].map(() => writeReminder(invoiceId, DAY)));
    expect(new Set(asked.map((each) => each?._id)).size).toBe(1);
    expect(await MessageModel.countDocuments({ invoiceId })).toBe(1);
    expect(await writeReminder(invoiceId, '2026-11-28')).toBeNull();
    expect((await writeReminder(invoiceId, '2026-12-04'))?._id).toMatch(/-7$/);
  });

  it('is enumerated by a run of a day, from the sample those that were open then', async () => {
    const due = InvoiceModel.countDocuments({
      dueOn: { $in: ['2013-07-03', '2013-06-30', '2013-06-23', '2013-06-16', '2013-05-31'] },
      invoicedOn: { $lte: '2013-06-30' },
      settledOn: { $gt: '2013-06-30' },
    });
    const source = paymentReminderSource.open({ input: { asOf: '2013-06-30' }, selection: null });
    const items = await source.next(null, 1_000);
    expect(items.length).toBe(await due);
    // Counted in the published file by hand.
    expect(items.length).toBe(4);
    const begun = await api.post(`${BASE}/reminders/run`, 'admin').send({ asOf: '2013-06-30' });
    expect(begun.status).toBe(202);
    const { runId } = begun.body;
    await expect
      .poll(() => JobStatusModel.countDocuments({ runId, kind: 'payment-reminder' }))
      .toBe(items.length);
  });

  it('is not sent when its invoice is paid while it waits', async () => {
    const { messageId, invoiceId, phone } = await reminder();
    await payInvoice({ invoiceId, amountCents: 1_250, paidOn: DAY });
    expect(await send(messageId)).toEqual({ state: 'dropped' });
    expect(sentTo(phone)).toEqual([]);
    expect(await writeReminder(invoiceId, '2026-12-04')).toBeNull();
  });

  it('to a contact that is made up goes to the outbox, as everything does without a token', async () => {
    const [invoice] = await InvoiceModel.find({ dueOn: '2013-06-30' }).limit(1).lean();
    await CustomerModel.updateOne({ _id: invoice?.customerId ?? '' }, { channel: 'whatsapp' });
    const written = await writeReminder(invoice?._id ?? '', '2013-06-30');
    if (written !== null) expect(await send(written._id)).toEqual({ state: 'outbox' });
    const { messageId } = await reminder();
    const options = { cloudApi: null, writesToSynthetic: true, signal: AbortSignal.timeout(9_000) };
    expect(await sendMessage(messageId, options)).toEqual({ state: 'outbox' });
  });
});

describe('a message', () => {
  it('is sent once, by its template as long as the customer has not written', async () => {
    const { messageId, phone } = await reminder();
    expect(await send(messageId)).toEqual({ state: 'sent' });
    expect(await send(messageId)).toEqual({ state: 'sent' });
    expect(sentTo(phone)).toEqual([
      {
        ...{ to: phone, type: 'template', text: undefined, template: 'payment_reminder' },
        ...{ reference: messageId, token: 'Bearer token' },
      },
    ]);
  });

  it('waits for its turn after another one to the same number', async () => {
    const { messageId, phone } = await reminder();
    await send(messageId);
    const other = `second-${phone}`;
    const { _id: _, providerId: __, ...first } = await message(messageId);
    await MessageModel.create({ ...first, _id: other, state: 'queued' });
    expect(await send(other)).toMatchObject({ retryAfterMs: expect.any(Number) });
    expect(await send(other, later(7))).toEqual({ state: 'sent' });
  });

  it.each([
    [131_056, 400, { retryAfterMs: 10_000 }],
    [130_429, 429, { retryAfterMs: 30_000 }],
    [131_026, 400, { failed: { code: 'WHATSAPP_131026' } }],
  ])('that is answered %i ends as the rules say', async (code, status, outcome) => {
    const { messageId, phone } = await reminder();
    double.failNext({ code, status });
    expect(await send(messageId)).toMatchObject(outcome);
    const again = await send(messageId, later(60));
    expect(again).toEqual({ state: 'failed' in outcome ? 'failed' : 'sent' });
    expect(sentTo(phone)).toHaveLength('failed' in outcome ? 0 : 1);
  });

  it('is free text within a day of what the customer wrote, and its template when that is refused', async () => {
    const { messageId, phone } = await reminder();
    await tell({
      messages: [
        {
          ...{ id: `in-${phone}`, from: phone, timestamp: String(Math.floor(Date.now() / 1_000)) },
          ...{ type: 'text', text: { body: 'hello' } },
        },
      ],
    }).expect(200);
    double.failNext({ code: 131_047, status: 400 });
    expect(await send(messageId)).toMatchObject({ retryAfterMs: 1_000 });
    expect(await send(messageId, later(7))).toEqual({ state: 'sent' });
    expect(sentTo(phone)).toMatchObject([{ type: 'template' }]);
  });

  it('that may have been sent waits for word of it before it is sent again', async () => {
    const { messageId, phone } = await reminder();
    double.hangUpOnNext();
    await expect(send(messageId)).rejects.toThrow();
    expect(await send(messageId, later(30))).toMatchObject({ retryAfterMs: expect.any(Number) });
    await tell({
      statuses: [{ id: 'wamid.late', status: 'delivered', biz_opaque_callback_data: messageId }],
    }).expect(200);
    expect(await send(messageId, later(300))).toEqual({ state: 'delivered' });
    expect(sentTo(phone)).toHaveLength(1);
  });
});

describe('the webhook', () => {
  const status = (id: string, state: string, more: object = {}) => ({
    statuses: [{ id, status: state, ...more }],
  });

  it('takes delivery states, which never go backwards, also when they are told again', async () => {
    const { messageId } = await reminder();
    await send(messageId);
    const { providerId = '' } = await message(messageId);
    for (const state of ['delivered', 'read', 'delivered', 'sent']) {
      await tell(status(providerId, state)).expect(200);
    }
    expect((await message(messageId)).state).toBe('read');
  });

  it('puts a message in again, by its template, that WhatsApp refused afterwards', async () => {
    const { messageId } = await reminder();
    await send(messageId);
    const { providerId = '' } = await message(messageId);
    const refused = status(providerId, 'failed', { errors: [{ code: 131_047, title: 'late' }] });
    await tell(refused).expect(200);
    await tell(refused).expect(200);
    expect(await message(messageId)).toMatchObject({ state: 'queued', mustBeTemplate: true });
    const jobs = await JobStatusModel.find({ kind: 'whatsapp', key: `${messageId}/template` });
    expect(jobs).toHaveLength(1);
  });

  it('keeps what came in once, and shows it', async () => {
    const inbound = { id: 'wamid.in', from: '14155550100', timestamp: '1764244800', type: 'image' };
    await tell({ messages: [inbound] }).expect(200);
    await tell({ messages: [inbound, { id: 'broken' }] }).expect(200);
    const { items } = (await api.get(`${BASE}/messages?state=received&limit=500`, 'viewer')).body;
    expect(items.filter(({ id }: { id: string }) => id === 'wamid.in')).toMatchObject([
      { direction: 'in', contact: '14155550100', text: '(image)' },
    ]);
    const contact = await WhatsAppContactModel.findById('14155550100').lean();
    expect(contact?.lastInboundAt).toEqual(new Date('2025-11-27T12:00:00Z'));
  });

  it('is refused without the signature of its very bytes', async () => {
    const { messageId } = await reminder();
    await send(messageId);
    const { providerId = '' } = await message(messageId);
    await tell(status(providerId, 'read'), 'another secret').expect(403);
    await api.post(`${BASE}/whatsapp/webhook`).send(status(providerId, 'read')).expect(403);
    expect((await message(messageId)).state).toBe('sent');
  });

  it('answers the challenge of whoever knows the token', async () => {
    const query = 'hub.mode=subscribe&hub.challenge=1158201444';
    const path = `${BASE}/whatsapp/webhook?${query}&hub.verify_token=`;
    const answer = await api.get(`${path}verify-me`).expect(200);
    expect([answer.text, answer.type]).toEqual(['1158201444', 'text/plain']);
    await api.get(`${path}guess`).expect(403);
  });
});

describe('a kept score', () => {
  const CUSTOMER = '0379-NEVHP';

  it('is not replaced by an older job, and a change beyond 40 points is shown', async () => {
    await scoreCustomer(CUSTOMER, '2013-06-30', 20);
    await CreditScoreModel.updateOne({ _id: `${CUSTOMER}@2013-06-30` }, { score: 300 });
    await scoreCustomer(CUSTOMER, '2013-06-30', 10);
    expect((await CreditScoreModel.findById(`${CUSTOMER}@2013-06-30`))?.score).toBe(300);
    const { score, changedFrom } = await scoreCustomer(CUSTOMER, '2013-07-31', 30);
    expect(changedFrom).toBe(300);
    const { items } = (await api.get(`${BASE}/scores/changes`, 'viewer').expect(200)).body;
    expect(items).toEqual([{ customerId: CUSTOMER, asOf: '2013-07-31', score, changedFrom: 300 }]);
  });
});
