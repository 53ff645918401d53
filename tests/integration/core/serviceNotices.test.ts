import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { MailModel } from '../../../server/models/MailModel.ts';
import { ServiceModel } from '../../../server/models/ServiceModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { recordOutcomes } from '../../../server/Services/BackgroundJobs/scheduling/slotOutcomes.ts';
import { command } from '../command.ts';
import { SILENT } from './installation.ts';
import { add, ask, base, env, PATIENTLY, sync } from './servicesInstallation.ts';
import { page, serve, told } from './serviceTargets.ts';

it('npm run notify:test tells people by each channel', async () => {
  const { MONGODB_URI = '', REDIS_URL = '', QUEUE_PREFIX } = env;
  const {
    NOTIFY_SLACK_WEBHOOK_URL = '',
    NOTIFY_WEBHOOK_URL = '',
    NOTIFY_WEBHOOK_SECRET = '',
  } = env;
  const { code, out, err } = await command('notifyTest', [], {
    settings: {
      ...{ MONGODB_URI, REDIS_URL, QUEUE_PREFIX },
      ...{ NOTIFY_SLACK_WEBHOOK_URL, NOTIFY_WEBHOOK_URL, NOTIFY_WEBHOOK_SECRET },
    },
  });
  expect(code, err).toBe(0);
  expect(out).toContain('.local/outbox');
  await vi.waitFor(async () => {
    const tests = told.filter(({ body }) => body.includes('A test notice of Hourwork'));
    expect(new Set(tests.map(({ path }) => path))).toEqual(new Set(['/slack', '/signed']));
    expect(await MailModel.findOne({ 'data.title': 'A test notice of Hourwork' })).not.toBeNull();
  }, PATIENTLY);
}, 90_000);

describe('people', () => {
  /** Waits until the service’s last state has been told. */
  const whenTold = (id: string, toldFailing: boolean) =>
    vi.waitFor(async () => {
      const service = await ServiceModel.findById(id).lean();
      expect(service).toMatchObject({ toldFailing, telling: null });
    }, PATIENTLY);
  const ofSlack = () =>
    told.filter(({ path }) => path === '/slack').map(({ body }) => String(JSON.parse(body).text));

  it('are told once that a service fails, and once that it is well again', async () => {
    await ServiceModel.updateMany({}, { $set: { last: null, toldFailing: false } });
    const id = await add({ name: 'Beacon', url: `${base}/status/404/` });
    await sync(id);
    await whenTold(id, true);
    await sync(id);
    await sync(id);
    await ask('PATCH', `/api/v1/services/${id}`, { url: `${base}/json` });
    await sync(id);
    await whenTold(id, false);
    const heard = await vi.waitFor(() => {
      const texts = ofSlack().filter((text) => text.includes('Beacon'));
      expect(texts.join()).toContain('is well again');
      return texts;
    }, PATIENTLY);
    const [first = ''] = heard;
    expect(first).toContain('*The service Beacon fails*');
    // Each notice once, but for the very first message, which was refused.
    expect([...new Set(heard)]).toHaveLength(2);
    const mails = await MailModel.find({ template: 'notice' }).lean();
    const titles = mails.map(({ data }) => String(data.title)).filter((t) => t.includes('Beacon'));
    expect(titles.toSorted()).toEqual([
      'The service Beacon fails',
      'The service Beacon is well again',
    ]);
    const signed = told.filter(({ path, body }) => path === '/signed' && body.includes('Beacon'));
    const [{ headers, body } = { headers: {} as IncomingHttpHeaders, body: '' }] = signed;
    const key = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', 'a-secret-of-24-characters').update(key).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('are told in words of a sync that completed but found nothing to read', async () => {
    await ServiceModel.deleteMany({});
    await add({ adapter: 'statuspage', url: `${base}/page` });
    serve({ ...page, components: [] });
    const { body } = await ask('POST', '/api/v1/sync/all');
    await vi.waitFor(async () => {
      const status = await ask('GET', '/api/v1/sync/status');
      expect(status.body.lastRun).toMatchObject({ runId: body.runId, status: 'completed' });
    }, PATIENTLY);
    serve(page);
    const schedule = 'service-sync-daily';
    const expiresAt = new Date(Date.now() + 86_400_000);
    const today = Date.parse('2026-11-27T06:30:00Z');
    for (const daysAgo of [4, 3, 2, 1, 0]) {
      const slot = new Date(today - daysAgo * 86_400_000);
      await SlotModel.create({
        ...{ _id: `${schedule}@${slot.toISOString()}`, schedule, slot, state: 'began' },
        ...{ trigger: 'schedule', inTurn: false, recordedAt: slot, expiresAt },
        ...(daysAgo === 0 ? { runId: body.runId } : { outcome: 'completed', effects: 2 }),
      });
    }
    await recordOutcomes({
      ...{ zones: new Map([[schedule, 'UTC']]), onEnded: async () => undefined },
      log: SILENT,
    });
    expect(await SlotModel.findOne({ slot: new Date(today) }).lean()).toMatchObject({
      ...{ outcome: 'completed', effects: 0, didNothing: true },
    });
    const title = `${schedule} completed, but did nothing`;
    const mail = await vi.waitFor(async () => {
      const found = await MailModel.findOne({ 'data.title': title }).lean();
      expect(found).not.toBeNull();
      return found;
    }, PATIENTLY);
    expect(JSON.stringify(mail?.data)).toContain('It went through 1 items, and none of them had');
  });
});
