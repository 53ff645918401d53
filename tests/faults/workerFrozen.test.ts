import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { JobStatusModel } from '../../server/models/system/JobStatusModel.ts';
import { UserModel } from '../../server/models/UserModel.ts';
import { useDeployment } from '../e2e/deployment.ts';
import { QUICK } from './faultSettings.ts';
import { busyWorker, executedAgain, jobsAtWorkOf } from './jobsAtWork.ts';
import { jobOf, startsBy, withoutEffect, writesIn } from './ledgers.ts';
import { ownConnection } from './redisOfDeployment.ts';
import { settingsFor } from './strand.ts';
import { useTrade } from './trade.ts';
import { underLoad } from './underLoad.ts';

const strands = [await useTrade()];
const settings = settingsFor(strands, QUICK);
const expectation = {
  expected: 'fenced: no stale write, R = 0',
  bounds: { lost: 0, twice: 0, doubled: 0 },
  strands,
};

/** Each was ended by the start that took it over, and nothing of the first is left in its record. */
async function expectEndedByOthers(jobIds: readonly string[], pid: number): Promise<void> {
  const records = await JobStatusModel.find({ _id: { $in: jobIds } }).lean();
  expect(records).toHaveLength(jobIds.length);
  for (const record of records) {
    expect(record).toMatchObject({ status: 'completed', attempts: 1, generation: 1, starts: 2 });
    expect(record.worker).not.toContain(`:${pid}:`);
  }
}

describe('frozen', () => {
  const JOB_MS = 400;
  const FROZEN_MS = 10_000;
  const BEFORE_EFFECT_MS = 2_000;
  const SOME = 4;
  const deployment = useDeployment({ users: 2_000, settings });

  it('11 a worker frozen for 10 s, past its lock of 3 s, then woken', async (context) => {
    const load = await underLoad(context, deployment, expectation);
    const since = new Date();
    await deployment.behave({ delayMs: BEFORE_EFFECT_MS, paceMs: 0, deaf: true });
    const pid = await busyWorker(deployment, SOME);
    await waitUntil(async () => (await startsBy(pid, since)) >= SOME, {
      timeoutMs: 10_000,
      what: `${SOME} jobs that have yet to have their effect`,
    });
    process.kill(pid, 'SIGSTOP');
    await deployment.pace(JOB_MS);
    try {
      const held = await jobsAtWorkOf(ownConnection(deployment.redis), pid);
      expect(held.length).toBeGreaterThanOrEqual(SOME);
      await wait(FROZEN_MS);
      const done = () => JobStatusModel.countDocuments({ _id: { $in: held }, status: 'completed' });
      await waitUntil(async () => (await done()) === held.length, {
        timeoutMs: 20_000,
        what: 'the other worker to have done its jobs',
      });
      const before = await JobStatusModel.find({ _id: { $in: held } })
        .sort({ _id: 1 })
        .lean();
      const wokenAt = new Date();
      process.kill(pid, 'SIGCONT');
      const row = await load.settle();
      const stale = (await writesIn(load.stream.accepted)).filter(
        (write) => write.pid === pid && write.at > wokenAt && held.includes(jobOf(write)),
      );
      row.seen =
        `${held.length} jobs held by the frozen one, all done by another; ` +
        `${stale.length} of their effects written again when it woke, and kept out`;
      expect(stale.length).toBeGreaterThanOrEqual(SOME);
      expect(await withoutEffect(stale)).toEqual(stale);
      // It ended them too, after it woke: nothing in their records moved.
      const after = await JobStatusModel.find({ _id: { $in: held } })
        .sort({ _id: 1 })
        .lean();
      expect(after).toEqual(before);
      await expectEndedByOthers(held, pid);
      expect((await deployment.pm2.online('worker')).map((each) => each.pid)).toContain(pid);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    load.probe.expectServedOrUnavailable();
  });
});

describe('blocked', () => {
  const BLOCKED_MS = 20_000;
  /** With ten jobs at once the other worker alone keeps up with the stream’s forty a second: it leaves no backlog. */
  const JOB_MS = 200;
  const deployment = useDeployment({ users: 2_000, settings });

  it('11 a processor that blocks the event loop for 20 s', async (context) => {
    const load = await underLoad(context, deployment, { ...expectation, jobMs: JOB_MS });
    // The stream comes to this user a good while later.
    const user = await UserModel.findOne({}, { _id: 1 }).sort({ _id: -1 }).lean();
    const userId = user?._id.toHexString() ?? '';
    const blocking = { blockingUsers: [userId], blockMs: BLOCKED_MS, deaf: true };
    await deployment.behave({ paceMs: JOB_MS, ...blocking });
    const { body } = await deployment.api.post('/app/job-status/runs', { userIds: [userId] });
    const jobId = `user-data-${String(body.runId)}-${userId}`;
    await waitUntil(async () => (await executedAgain()).includes(jobId), {
      timeoutMs: 30_000,
      what: 'another worker to take the blocked job',
    });
    // Until the first start has ended, too.
    await wait(BLOCKED_MS);
    const row = await load.settle();
    const again = await executedAgain();
    row.seen = `${again.length} jobs of the blocked worker done by the other`;
    // The blocked one's effect comes last, and changes nothing.
    const written = await writesIn([{ runId: String(body.runId) }]);
    written.sort((one, other) => one.at.getTime() - other.at.getTime());
    expect(written).toHaveLength(2);
    expect(await withoutEffect(written)).toEqual(written.slice(1));
    const blocked = written[1]?.pid ?? 0;
    expect(written[0]?.pid).not.toBe(blocked);
    await expectEndedByOthers([jobId], blocked);
    load.probe.expectServedOrUnavailable();
  });
});
