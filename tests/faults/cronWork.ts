import { randomUUID } from 'node:crypto';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { AccountModel } from '../../server/models/AccountModel.ts';
import { ApiTokenModel } from '../../server/models/ApiTokenModel.ts';
import { MailModel } from '../../server/models/MailModel.ts';
import { PostModel } from '../../server/models/PostModel.ts';
import { ServiceLogModel } from '../../server/models/ServiceLogModel.ts';
import { ServiceModel } from '../../server/models/ServiceModel.ts';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../server/models/system/RunModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { UserSummaryModel } from '../../server/models/UserSummaryModel.ts';
import { isoWeek } from '../../server/Services/UserMails/localTimes.ts';
import type { ApiClient } from '../e2e/apiClient.ts';
import { startLocalServer } from '../integration/localServer.ts';
import { startSmtp } from '../integration/mail/smtpServer.ts';
import {
  askUntilAccepted,
  differences,
  type Strand,
  type StrandAtWork,
  stepSteadily,
  whenNothingAmiss,
} from './strand.ts';

const MANAGER = '/api/cron-manager';
const EVERY_MS = 1_000;
const [POSTS, AUTHORS, TOKENS, SERVICES, READERS] = [30, 6, 10, 20, 10];
/** Within this time all of a test's posts fall due, and its tokens end. */
const DUE_WITHIN_MS = 30_000;
/** A zone that no other user has: Monday, 08:00 there, is 02:15 in UTC. */
const ZONE = 'Asia/Kathmandu';
const A_MONDAY = Date.parse('2026-11-23T02:15:00.000Z');
const WEEK_MS = 7 * 86_400_000;
const WEEKS = 3;
/** A timer may fire a little early. */
const EARLY_MS = 60;

/** What the receiver of the posts' webhooks heard. */
interface HeardPost {
  postId: string;
  publishedAt: string;
}

let tests = 0;

/**
 * The kinds of the scheduled jobs in the stream: posts that fall due, tokens that end, the weekly mail and the
 * sync of services. The minute's schedule is at work; besides, each is asked for again and again by hand.
 */
export async function useCronWork(): Promise<Strand> {
  const heard: HeardPost[] = [];
  const outside = await startLocalServer(async (request, response) => {
    if (request.method === 'POST') {
      const { data } = (await json(request)) as { data: HeardPost };
      heard.push(data);
    }
    response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
  });
  const smtp = await startSmtp();
  afterAll(async () => void (await Promise.all([outside.stop(), smtp.stop()])));
  return {
    settings: {
      POST_WEBHOOK_URL: `${outside.url}/posts`,
      POST_WEBHOOK_SECRET: randomUUID(),
      EGRESS_ALLOW: `127.0.0.1:${outside.port}`,
      SMTP_URL: smtp.url,
      SERVICE_SYNC_SPREAD_MS: '1000',
      SERVICE_SYNC_HOST_SPACING_MS: '10',
      ...{ PUBLISH_DUE_POSTS: 'true', CHECK_EXPIRED_TOKENS: 'true', WEEKLY_EMAIL: 'true' },
    },
    async begin(api) {
      tests += 1;
      return beginCronWork(api, { test: tests, url: outside.url, heard, mails: smtp.taken });
    },
  };
}

interface Outside {
  /** The number of the test in its file: each has documents and weeks of its own. */
  test: number;
  url: string;
  heard: readonly HeardPost[];
  /** What the mail server took. */
  mails: readonly string[];
}

async function beginCronWork(
  api: ApiClient,
  { test, url, heard, mails }: Outside,
): Promise<StrandAtWork> {
  const tag = `cron-${test}`;
  const startedAt = Date.now();
  const dueAt = (position: number, of: number) =>
    new Date(startedAt + (DUE_WITHIN_MS * (position + 1)) / of);
  const postIds = Array.from({ length: POSTS }, (_, number) => `${tag}-post-${number}`);
  const tokenIds = Array.from({ length: TOKENS }, (_, number) => `${tag}-token-${number}`);
  const weeks = Array.from(
    { length: WEEKS },
    (_, number) => new Date(A_MONDAY - ((test - 1) * WEEKS + number) * WEEK_MS),
  );
  await PostModel.create(
    postIds.map((_id, number) => ({
      ...{ _id, authorId: `${tag}-author-${number % AUTHORS}`, title: _id },
      dueAt: dueAt(number, POSTS),
    })),
  );
  const owner = await AccountModel.findOne({ role: 'admin' }, { _id: 1 }).orFail().lean();
  await ApiTokenModel.create(
    tokenIds.map((_id, number) => ({
      ...{ _id, accountId: owner._id, name: _id, hash: _id, hint: 'abcd' },
      scopes: ['read' as const],
      ...{ createdAt: new Date(startedAt), expiresAt: dueAt(number, TOKENS) },
    })),
  );
  const readers = await makeReaders(tag);
  for (let number = 0; number < SERVICES; number += 1) {
    await askUntilAccepted(api, '/api/v1/services', {
      ...{ name: `${tag}-service-${number}`, adapter: 'json', url: `${url}/${number}` },
      settings: { fields: [{ pointer: '/status', equals: 'ok' }] },
    });
  }
  const services = await ServiceModel.countDocuments({ active: true });

  const syncs = new Set<string>();
  const mailed = new Set<Date>();
  const trigger = (jobName: string) =>
    askUntilAccepted(api, MANAGER, { action: 'trigger', jobName });
  const publish = () => trigger('publish_due_posts');
  const endTokens = () => trigger('check_expired_tokens');
  const inTurn = [
    publish,
    async () => {
      const { body } = await askUntilAccepted(api, '/api/v1/sync/all', {});
      syncs.add(String(body.runId));
    },
    endTokens,
    async () => {
      const week = weeks[mailed.size];
      if (week === undefined) return;
      const range = { from: week.toISOString(), to: week.toISOString(), overlap: 'allow' };
      await askUntilAccepted(api, MANAGER, {
        ...{ action: 'backfill', jobName: 'weekly_email', ...range },
      });
      mailed.add(week);
    },
  ];
  const steps = stepSteadily(EVERY_MS, async (number) => {
    await inTurn[number % inTurn.length]?.();
  });

  async function postsAmiss(): Promise<string[]> {
    const posts = await PostModel.find({ _id: { $in: postIds } })
      .sort({ dueAt: 1 })
      .lean();
    const lastOf = new Map<string, number>();
    return posts.flatMap(({ _id, authorId, status, dueAt: due, publishedAt }) => {
      const at = publishedAt?.getTime();
      if (status !== 'published' || at === undefined) return [`${_id} is ${status}`];
      const told = new Set(
        heard.filter(({ postId }) => postId === _id).map((each) => Date.parse(each.publishedAt)),
      );
      const after = lastOf.get(authorId) ?? 0;
      lastOf.set(authorId, at);
      return [
        ...(at < due.getTime() - EARLY_MS ? [`${_id} was published early`] : []),
        ...(at < after ? [`${_id} was published before an earlier one of its author`] : []),
        // A second publication would have another time, and its webhook would tell that one too.
        ...(told.size === 1 && told.has(at) ? [] : [`${_id}: its webhook told ${told.size} times`]),
      ];
    });
  }

  async function webhookJobsAmiss(): Promise<string[]> {
    const keys = postIds.map((id) => `post-webhook-${id}`);
    const jobs = await JobStatusModel.find({ key: { $in: keys } }, { key: 1, status: 1 }).lean();
    const done = jobs.map(({ key, status }) =>
      status === 'completed' ? `${key}` : `${key} ${status}`,
    );
    return differences('job', keys, done);
  }

  async function tokensAmiss(): Promise<string[]> {
    const unmarked = await ApiTokenModel.countDocuments({
      ...{ _id: { $in: tokenIds }, expiredAt: null },
    });
    const keys = tokenIds.map((id) => `api-token-${id}-expired`);
    return [
      ...(unmarked === 0 ? [] : [`${unmarked} tokens have ended, and are not marked so`]),
      ...(await mailsAmiss(keys, mails)),
    ];
  }

  async function weeklyAmiss(): Promise<string[]> {
    const keys = [...mailed].flatMap((week) =>
      readers.map((id) => `weekly-${id}-${isoWeek(week, ZONE)}`),
    );
    return mailsAmiss(keys, mails);
  }

  async function syncsAmiss(): Promise<string[]> {
    const runs = await RunModel.find({ _id: { $in: [...syncs] } }, { sealed: 1 }).lean();
    const open = runs.filter(({ sealed }) => sealed === null).map(({ _id }) => `${_id} is open`);
    const logs = await ServiceLogModel.aggregate<{ _id: string; logs: number; ok: number }>([
      { $match: { runId: { $in: [...syncs] } } },
      {
        $group: {
          ...{ _id: '$runId', logs: { $sum: 1 } },
          ok: { $sum: { $cond: [{ $eq: ['$status', 'ok'] }, 1, 0] } },
        },
      },
    ]);
    const of = new Map(logs.map((each) => [each._id, each]));
    const short = [...syncs].flatMap((runId) => {
      const { logs: all = 0, ok = 0 } = of.get(runId) ?? {};
      if (all === services && ok === services) return [];
      return [`the sync ${runId} of ${services} services has ${all} logs, ${ok} of them ok`];
    });
    return [...open, ...short];
  }

  return {
    stop: steps.stop,
    account: () =>
      `posts ${POSTS}, tokens ${TOKENS}, weekly mails ${mailed.size * READERS}, ` +
      `syncs of ${services} services ${syncs.size}`,
    async amiss() {
      await wait(Math.max(0, startedAt + DUE_WITHIN_MS + 1_000 - Date.now()));
      await publish();
      await endTokens();
      const looks = [postsAmiss, webhookJobsAmiss, tokensAmiss, weeklyAmiss, syncsAmiss];
      return [...steps.problems, ...(await whenNothingAmiss('the scheduled jobs', looks))];
    },
  };
}

/** Users of a zone of their own, each with the summary that the weekly mail tells of. */
async function makeReaders(tag: string): Promise<string[]> {
  const now = new Date();
  // A slot covers all since the last: with one of weeks ago begun, the next tick would write to all users.
  const others = { timezone: { $ne: ZONE } };
  await UserModel.updateMany(others, { $set: { unsubscribed: ['weekly'] } });
  const readers = await UserModel.create(
    Array.from({ length: READERS }, (_, number) => ({
      ...{ externalId: `${tag}-reader-${number}`, email: `${tag}-${number}@example.com` },
      ...{ timezone: ZONE, active: true, createdAt: now, updatedAt: now },
    })),
  );
  await UserSummaryModel.create(
    readers.map(({ _id: userId }) => ({
      ...{ userId, asOf: '2026-01-01', runSeq: 0, frequency: 0, recencyWeeks: 0, ageWeeks: 0 },
      ...{ monetary: 0, totalSpend: 0, segment: 'new' as const, purchases: 0 },
    })),
  );
  return readers.map(({ _id }) => _id.toHexString());
}

/**
 * Each of these mails is in the outbox once, with one job, and the server took it. The server may have it twice:
 * a crash between its answer and the record sends a mail again, under the same Message-ID.
 */
async function mailsAmiss(keys: readonly string[], taken: readonly string[]): Promise<string[]> {
  const mails = await MailModel.find({ key: { $in: [...keys] } }).lean();
  const sent = mails.map(({ key, state }) => (state === 'sent' ? key : `${key} is ${state}`));
  const untaken = mails.filter(
    ({ state, messageId }) => state === 'sent' && !taken.some((mail) => mail.includes(messageId)),
  );
  const jobs = await JobStatusModel.countDocuments({
    ...{ kind: 'email', key: { $in: mails.map(({ _id }) => `mail-${_id}`) } },
  });
  return [
    ...differences('mail', keys, sent),
    ...untaken.map(({ key }) => `${key} is sent, and the server has not had it`),
    ...(jobs === mails.length ? [] : [`${jobs} jobs for ${mails.length} mails`]),
  ];
}
