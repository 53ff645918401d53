import { createHmac, randomUUID } from 'node:crypto';
import mongoose, { Types } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import { parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { AccountModel } from '../../../server/models/AccountModel.ts';
import { ApiTokenModel } from '../../../server/models/ApiTokenModel.ts';
import { HealthSnapshotModel } from '../../../server/models/HealthSnapshotModel.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { PostModel } from '../../../server/models/PostModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { NumbersMarkModel, NumbersModel } from '../../../server/models/system/NumbersModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { ScheduleModel } from '../../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { UserSummaryModel } from '../../../server/models/UserSummaryModel.ts';
import { makeApiToken } from '../../../server/Services/ApiTokens/apiTokens.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { ownPort } from '../../ownPort.ts';
import { type LocalSmtp, startSmtp } from '../mail/smtpServer.ts';
import { type Receiver, startReceiver } from '../mail/webhookReceiver.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const KEY = 'test-scheduler-key';
const SECRET = 'a-secret-of-24-characters';
const name = `cron-${randomUUID().slice(0, 8)}`;
const patiently = { timeout: 30_000, interval: 100 };

describe('the scheduled jobs, with real work behind each', () => {
  const running: { shutdown: { stop(): Promise<void> } }[] = [];
  let smtp: LocalSmtp;
  let webhooks: Receiver;
  let heartbeats: Receiver;
  let env: ReturnType<typeof parseSettings>;

  beforeAll(async () => {
    smtp = await startSmtp();
    // The first answers are failures: each message is sent again under its id.
    webhooks = await startReceiver((count) => (count <= 2 ? 503 : 200));
    heartbeats = await startReceiver();
    env = parseSettings({
      ...{ REDIS_URL, MONGODB_URI: `${MONGODB_URI}/${name}`, QUEUE_PREFIX: `{${name}}` },
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
      ...{ ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'a-long-test-password' },
      ...{ CRON_MANAGER_API_KEY: KEY, SMTP_URL: smtp.url, POST_WEBHOOK_URL: webhooks.url },
      ...{ POST_WEBHOOK_SECRET: SECRET, HEARTBEAT_URL: `${heartbeats.url}/ping-key` },
      ...{ PORT: String(await ownPort()), LOG_LEVEL: 'error', JOB_RETRY_DELAY_MS: '100' },
    });
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await ensureIndexes();
    // For the records of slots: no user has a trial, so each second has one in which nothing was due.
    const override = { expression: '* * * * * *' };
    const [installedAt, accountedUntil] = [new Date(), new Date()];
    await ScheduleModel.create({ _id: 'trial-reminder', installedAt, accountedUntil, override });
    running.push(await startApi(env), await startWorker({ env, catalogue }));
    await vi.waitFor(async () => {
      expect(await AccountModel.countDocuments()).toBe(1);
    }, patiently);
  }, 60_000);

  afterAll(async () => {
    for (const each of running.reverse()) await each.shutdown.stop();
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    const redis = connectRedis(env, 'worker', SILENT);
    await removeKeys(redis, env.QUEUE_PREFIX);
    redis.disconnect();
    await Promise.all([smtp.stop(), webhooks.stop(), heartbeats.stop()]);
  });

  async function manager(body: object): Promise<Record<string, string>> {
    const answer = await fetch(`http://127.0.0.1:${env.PORT}/api/cron-manager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': KEY },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, string>;
  }

  /** Begins a job that makes no run. @returns what its work answered. */
  async function resultOf(jobName: string): Promise<Record<string, unknown>> {
    const { jobId } = await manager({ action: 'trigger', jobName });
    return vi.waitFor(async () => {
      const job = await JobStatusModel.findById(jobId).lean();
      expect(job?.status).toBe('completed');
      return job?.result as Record<string, unknown>;
    }, patiently);
  }

  it('are eight, and all of them run', async () => {
    const answer = await fetch(
      `http://127.0.0.1:${env.PORT}/api/cron-manager?action=status&apiKey=${KEY}`,
    );
    const { cronJobs } = (await answer.json()) as {
      cronJobs: { name: string; running: boolean }[];
    };
    expect(cronJobs.map((job) => job.name).toSorted()).toEqual(
      [
        ...['cache_cleanup', 'check_expired_tokens', 'health_check', 'process_user_data'],
        ...['publish_due_posts', 'service_sync', 'trial_reminder', 'weekly_email'],
      ].toSorted(),
    );
    expect(cronJobs.every((job) => job.running)).toBe(true);
  });

  it('publish each author’s posts in order, and tell the webhook of each by a job of its own', async () => {
    const due = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    await PostModel.insertMany([
      ...[3, 1, 2].map((minutes) => ({
        ...{ _id: `a-${minutes}`, authorId: 'ann', title: 'T', dueAt: due(minutes) },
      })),
      { _id: 'b-1', authorId: 'bob', title: 'T', dueAt: due(1) },
      { _id: 'later', authorId: 'bob', title: 'T', dueAt: due(-60) },
    ]);
    const { runId } = await manager({ action: 'trigger', jobName: 'publish_due_posts' });
    await vi.waitFor(async () => {
      expect((await RunModel.findById(runId).lean())?.sealed).not.toBeNull();
    }, patiently);
    const published = await PostModel.find({ status: 'published' }).sort({ publishedAt: 1 }).lean();
    expect(published.map(({ _id }) => _id).filter((id) => id !== 'b-1')).toEqual([
      'a-3',
      'a-2',
      'a-1',
    ]);
    const ids = () => new Set(webhooks.received.map(({ headers }) => headers['webhook-id']));
    await vi.waitFor(async () => {
      expect(ids().size).toBe(4);
      expect(webhooks.received.length).toBeGreaterThanOrEqual(6);
    }, patiently);
    const last = webhooks.received.at(-1);
    const header = (field: string) => String(last?.headers[`webhook-${field}`]);
    const signed = `${header('id')}.${header('timestamp')}.${last?.body}`;
    const signature = createHmac('sha256', SECRET).update(signed).digest('base64');
    expect(header('signature')).toBe(`v1,${signature}`);
    expect(await PostModel.countDocuments({ webhook: 'owed' })).toBe(0);
  });

  it('tell the owner of a token of its end, once before and once when it has come', async () => {
    const admin = await AccountModel.findOne({}).lean();
    const accountId = admin?._id.toHexString() ?? '';
    const { tokenId } = await makeApiToken({
      ...{ accountId, name: 'nightly', scopes: ['read'], expiresInDays: 5 },
    });
    expect(await resultOf('check_expired_tokens')).toEqual({ effects: 1, expired: 0, told: 1 });
    expect(await resultOf('check_expired_tokens')).toEqual({ effects: 0, expired: 0, told: 0 });
    await ApiTokenModel.updateOne({ _id: tokenId }, { $set: { expiresAt: new Date() } });
    expect(await resultOf('check_expired_tokens')).toEqual({ effects: 1, expired: 1, told: 1 });
    await vi.waitFor(() => {
      const subjects = smtp.taken.map((mail) => /^Subject: (.*)$/m.exec(mail)?.[1]?.trim());
      expect(subjects.filter((subject) => subject?.includes('nightly')).toSorted()).toEqual([
        'API token nightly expires before long',
        'API token nightly has expired',
      ]);
    }, patiently);
  });

  it('remove what belongs to nobody', async () => {
    await UserSummaryModel.collection.insertOne({ userId: new Types.ObjectId(), asOf: 'x' });
    const monthsAgo = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 40 * 86_400_000);
    await NumbersModel.create({
      ...{ _id: 'old', grain: 'minute', queue: 'old', kind: 'old', at: monthsAgo, hour: monthsAgo },
      ...{ accepted: 1, completed: 1, failed: 0, duplicates: 0, cancelled: 0, retried: 0 },
      ...{ workedMs: 5, waitedMs: 0, waited: 0 },
    });
    await NumbersMarkModel.deleteMany({});
    const result = await resultOf('cache_cleanup');
    const removed = { summaries: 1, minutesOfNumbers: 1 };
    expect(result).toMatchObject({ effects: 2, removed, more: false });
    const kept = await NumbersModel.find({ queue: 'old', grain: { $ne: 'day' } }).lean();
    expect(kept).toMatchObject([{ grain: 'hour', at: monthsAgo, completed: 1 }]);
  });

  it('keep a snapshot of health, and tell when something has changed, once', async () => {
    const first = await resultOf('health_check');
    expect(first).toMatchObject({ effects: 7 });
    await HealthSnapshotModel.updateMany(
      {},
      { $set: { 'checks.$[mail].state': 'down' } },
      { arrayFilters: [{ 'mail.name': 'mail' }] },
    );
    expect(await resultOf('health_check')).toMatchObject({ changed: ['mail'] });
    expect(await resultOf('health_check')).toMatchObject({ changed: [] });
    await vi.waitFor(() => {
      expect(
        smtp.taken.filter((mail) => mail.includes('Subject: mail is well again')),
      ).toHaveLength(1);
    }, patiently);
  });

  it('leave a record of each slot with outcome and effects, and tell the receiver of heartbeats', async () => {
    await vi.waitFor(async () => {
      const slot = await SlotModel.findOne({ schedule: 'trial-reminder', outcome: 'completed' });
      expect(slot).toMatchObject({ state: 'began', runId: null, effects: 0, didNothing: false });
      expect(heartbeats.received.map(({ path }) => path)).toContain('/ping-key/trial-reminder');
    }, patiently);
  });
});
