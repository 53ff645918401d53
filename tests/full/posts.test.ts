import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it, onTestFinished, vi } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { ensureIndexes } from '../../server/models/indexes.ts';
import { PostModel } from '../../server/models/PostModel.ts';
import { ScheduleModel } from '../../server/models/system/ScheduleModel.ts';
import { SlotModel } from '../../server/models/system/SlotModel.ts';
import { environmentOf } from '../environmentOf.ts';
import { settingsOf } from '../integration/command.ts';
import { useInstallation } from '../integration/core/installation.ts';
import { startReceiver } from '../integration/mail/webhookReceiver.ts';
import { ownPort } from '../ownPort.ts';
import { NO_USER_DATA_SLOT } from '../scheduleSettings.ts';

const POSTS = 1_000;
const AUTHORS = 40;
const installation = useInstallation();
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(script: string, settings: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [join(projectDir, 'dist/server', script)], {
    cwd: projectDir,
    env: environmentOf({ LOG_LEVEL: 'error', ...settings }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.add(child);
  return child;
}

it('publishes 1,000 due posts once each and in order, with three schedulers and workers killed in between', {
  timeout: 300_000,
}, async () => {
  await ensureIndexes();
  // A third of all messages fail, the others are slow.
  const receiver = await startReceiver((count) => (count % 3 === 0 ? 503 : 200), 30);
  onTestFinished(receiver.stop);
  const due = Date.now() + 5_000;
  await PostModel.insertMany(
    Array.from({ length: POSTS }, (_, number) => ({
      ...{ _id: `post-${number}`, authorId: `author-${number % AUTHORS}`, title: `${number}` },
      // Within one minute, and in another order than that of their ids.
      dueAt: new Date(due - ((number * 7_919) % 60_000)),
    })),
  );
  await ScheduleModel.updateOne(
    { _id: 'publish-due-posts' },
    {
      $setOnInsert: { installedAt: new Date(), accountedUntil: new Date() },
      $set: { override: { expression: '* * * * * *' } },
    },
    { upsert: true },
  );
  const settings = {
    ...settingsOf(installation),
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    ...{ POST_WEBHOOK_URL: receiver.url, POST_WEBHOOK_SECRET: 'a-secret-of-24-characters' },
    ...{ ...NO_USER_DATA_SLOT, JOB_RETRY_DELAY_MS: '200', HEALTH_CHECK: 'false' },
    ...{ WORKER_LOCK_MS: '2000', WORKER_STALLED_CHECK_MS: '1000', WORKER_MAX_CRASHES: '50' },
    ...{ RECONCILE_INTERVAL_MS: '5000', RECONCILE_GRACE_MS: '5000' },
  };
  for (let api = 0; api < 3; api += 1) {
    start('api/server.js', { ...settings, PORT: String(await ownPort()) });
  }
  const worker = () => start('Services/BackgroundJobs/worker.js', settings);
  const first = new Map<string, number>();
  for (let kill = 0; kill < 4; kill += 1) {
    const workers = [worker(), worker()];
    const before = await PostModel.countDocuments({ status: 'published' });
    // Killed when it has begun to publish, or after a while if all is done.
    const deadline = Date.now() + 15_000;
    while (
      (await PostModel.countDocuments({ status: 'published' })) <= before + 20 &&
      Date.now() < deadline
    ) {
      await delay(50);
    }
    for (const each of workers) {
      each.kill('SIGKILL');
      await once(each, 'exit');
    }
    for (const post of await PostModel.find({ status: 'published' }).lean()) {
      if (!first.has(post._id)) first.set(post._id, Number(post.publishedAt));
    }
  }
  worker();
  worker();
  await vi.waitFor(
    async () => {
      expect(await PostModel.countDocuments({ status: 'published' })).toBe(POSTS);
      const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
      expect(ids.size).toBe(POSTS);
    },
    { timeout: 120_000, interval: 500 },
  );
  const published = await PostModel.find({}).sort({ authorId: 1, dueAt: 1, _id: 1 }).lean();
  // Published once: no later worker has touched what an earlier one did.
  for (const { _id, publishedAt } of published) {
    if (first.has(_id)) expect(Number(publishedAt), _id).toBe(first.get(_id));
  }
  for (const [position, post] of published.entries()) {
    const next = published[position + 1];
    if (next?.authorId !== post.authorId) continue;
    expect(Number(next.publishedAt)).toBeGreaterThanOrEqual(Number(post.publishedAt));
  }
  // However many schedulers, a slot has one record and began one run.
  const runs = await SlotModel.find({ runId: { $ne: null } }).lean();
  expect(new Set(runs.map(({ runId }) => runId)).size).toBe(runs.length);
});
