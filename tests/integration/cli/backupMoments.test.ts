import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { command, settingsOf } from '../command.ts';
import { useInstallation } from '../core/installation.ts';

const USERS = 120;
const LOOK_MS = 20;

const installation = useInstallation({ USER_JOB_DEADLINE_MS: '60000' });
const { producer, runIn, wipeRedis } = installation;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-backup-'));
});
afterAll(() => rm(folder, { recursive: true }));

const effects = () => mongoose.connection.collection<{ _id: string; times: number }>('effects');

/** How many jobs may end; the others stay at work, or wait. */
let allowed = 0;

/** Leaves an effect, once a run for each user, in the database beside the records. */
function worker() {
  let ended = 0;
  return installation.startWorker(async ({ userId }, { runId, signal }) => {
    while (ended >= allowed) await wait(LOOK_MS, undefined, { signal });
    ended += 1;
    await effects()
      .updateOne(
        { _id: userId, runId: { $ne: runId } },
        { $set: { runId }, $inc: { times: 1 } },
        { upsert: true },
      )
      .catch((error) => {
        // Applied by an earlier start.
        if (error.code !== 11_000) throw error;
      });
    return 'done';
  });
}

async function run(which: 'backup' | 'restore', ...args: string[]): Promise<string> {
  const { code, text } = await command(which, args, { settings: settingsOf(installation) });
  expect(code, text).toBe(0);
  return text;
}

const completed = (runId: string) => JobStatusModel.countDocuments({ runId, status: 'completed' });

async function whenCompleted(runId: string, jobs: number): Promise<void> {
  allowed = jobs;
  await vi.waitFor(async () => expect(await completed(runId)).toBe(jobs), {
    timeout: 20_000,
    interval: 20,
  });
}

/** Starts workers and reconciles, as the installation does by itself, until the run has ended. */
async function expectEveryUserOnceCompleted(runId: string): Promise<void> {
  allowed = Number.POSITIVE_INFINITY;
  const { stop } = await worker();
  await vi.waitFor(
    async () => {
      await installation.reconcile();
      await installation.seal();
      expect((await installation.balancedRun(runId)).status).toBe('completed');
    },
    { timeout: 40_000, interval: 200 },
  );
  await stop();
  expect(await runIn('completed', runId)).toMatchObject({
    enumerated: USERS,
    completed: USERS,
    failed: 0,
    duplicates: 0,
  });
  const applied = await effects().find().toArray();
  expect(applied).toHaveLength(USERS);
  expect(applied.filter(({ times }) => times !== 1)).toEqual([]);
}

/** Both sides empty, as of a new installation: indexes are there, nothing else. */
async function empty(): Promise<void> {
  await wipeRedis();
  for (const { name } of await mongoose.connection.listCollections()) {
    await mongoose.connection.collection(name).deleteMany({});
  }
}

/** Begins a run of new users, all that was before gone. */
async function begin(): Promise<string> {
  await empty();
  const userIds = await installation.makeUsers(USERS);
  const { runId } = await producer.enqueueUsers(userIds);
  return runId;
}

/** Backs a run up in its midst; its workers go on until `stop`. */
async function backUpMidway(name: string) {
  const runId = await begin();
  const { stop } = await worker();
  await whenCompleted(runId, 20);
  const backup = join(folder, name);
  await run('backup', backup);
  return { runId, backup, stop };
}

it('a run that is backed up while it goes on ends after a restore, each user once', async () => {
  const { runId, backup, stop } = await backUpMidway('midway');
  await stop();
  expect(await RunModel.countDocuments({ _id: runId, sealed: null })).toBe(1);
  await empty();
  expect(await run('restore', backup)).toContain(`${USERS} of jobstatuses`);
  expect(await completed(runId), 'in mid-way again').toBeLessThan(USERS);
  await expectEveryUserOnceCompleted(runId);
});

it('a run of which MongoDB alone is put back to an earlier moment ends, each user once', async () => {
  const { runId, backup, stop } = await backUpMidway('earlier');
  await whenCompleted(runId, 60);
  await stop();
  await run('restore', backup, '--only', 'mongodb', '--replace');
  const { waiting, active } = await installation.queue.pendingCounts();
  expect(waiting + active, 'as they stood').toBe(USERS - 60);
  await expectEveryUserOnceCompleted(runId);
});

it('what Redis says was finished after MongoDB’s moment is done again', async () => {
  const { runId, backup, stop } = await backUpMidway('live');
  await whenCompleted(runId, USERS);
  await stop();
  const text = await run('restore', backup, '--only', 'mongodb', '--replace');
  expect(text).toContain(`Redis: ${USERS} finished jobs forgotten`);
  expect(await effects().countDocuments()).toBeLessThan(USERS);
  await expectEveryUserOnceCompleted(runId);
});
