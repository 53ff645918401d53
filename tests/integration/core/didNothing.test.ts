import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { AccountModel } from '../../../server/models/AccountModel.ts';
import { MailModel } from '../../../server/models/MailModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { SlotModel } from '../../../server/models/system/SlotModel.ts';
import { provideEnqueuer } from '../../../server/Services/BackgroundJobs/enqueue.ts';
import { effectsOf } from '../../../server/Services/BackgroundJobs/recording/effects.ts';
import { keptResult } from '../../../server/Services/BackgroundJobs/recording/keptResult.ts';
import type { Ended } from '../../../server/Services/BackgroundJobs/scheduling/slotOutcome.ts';
import { recordOutcomes } from '../../../server/Services/BackgroundJobs/scheduling/slotOutcomes.ts';
import { SILENT, useInstallation } from './installation.ts';

const HOUR = 3_600_000;
const schedule = 'sync';
const first = Date.parse('2026-10-01T00:00:00Z');

describe('outcomes of slots', () => {
  useInstallation();
  const ended: [Date, Ended][] = [];
  // Mail is enough to see who was told: nothing has to be sent.
  const forget = provideEnqueuer({
    enqueue: async () => ({ jobId: 'j', became: 'accepted' }),
    enqueueMany: async () => [],
  });
  afterAll(forget);
  afterEach(async () => {
    ended.length = 0;
    await Promise.all([
      SlotModel.deleteMany({}),
      MailModel.deleteMany({}),
      RunModel.deleteMany({}),
    ]);
    await Promise.all([JobStatusModel.deleteMany({}), AccountModel.deleteMany({})]);
  });

  const pass = () =>
    recordOutcomes({
      zones: new Map([[schedule, 'UTC']]),
      onEnded: async ({ slot }, outcome) => {
        ended.push([slot, outcome]);
      },
      log: SILENT,
    });

  /** A slot whose job has completed with these effects. */
  async function completed(slot: Date, effects: number): Promise<void> {
    const jobId = `job-${slot.getTime()}`;
    await JobStatusModel.collection.insertOne({
      ...{ _id: jobId as never, kind: 'sync', runSeq: slot.getTime(), status: 'completed' },
      ...{ result: { effects }, effects },
    });
    await SlotModel.create({
      ...{ _id: `${schedule}@${slot.toISOString()}`, schedule, slot, state: 'began' },
      ...{ trigger: 'schedule', inTurn: false, jobId, recordedAt: slot },
      expiresAt: new Date(slot.getTime() + 1e11),
    });
  }

  const administrator = () =>
    AccountModel.create({ email: 'ann@example.com', passwordHash: 'x', role: 'admin' });

  it('raise one alarm, in words, when a schedule that had effects has none', async () => {
    await administrator();
    for (let day = 0; day < 4; day += 1) {
      await completed(new Date(first + (24 * day + 11) * HOUR), 10 + day);
      await completed(new Date(first + (24 * day + 12) * HOUR), 5);
    }
    await pass();
    expect(await MailModel.countDocuments()).toBe(0);
    const silent = new Date(first + (24 * 4 + 11) * HOUR);
    await completed(silent, 0);
    await pass();
    await pass();
    expect(ended).toHaveLength(9);
    const [mail, ...others] = await MailModel.find({}).lean();
    expect(others).toEqual([]);
    expect(mail?.data).toMatchObject({ title: 'sync completed, but did nothing' });
    expect(JSON.stringify(mail?.data)).toContain('did 10, 11, 12, 13.');
    expect(await SlotModel.findOne({ slot: silent }).lean()).toMatchObject({
      ...{ outcome: 'completed', effects: 0, didNothing: true },
    });
  });

  it('raise none over four weeks with quiet nights of their own', async () => {
    await administrator();
    for (let hour = 0; hour < 28 * 24; hour += 6) {
      await completed(new Date(first + hour * HOUR), hour % 24 === 0 ? 0 : 7);
    }
    await pass();
    expect(ended).toHaveLength(28 * 4);
    expect(await MailModel.countDocuments()).toBe(0);
  });

  it('wait for what is open, and count the effects of a run', async () => {
    const slot = new Date(first);
    await SlotModel.create({
      ...{ _id: `${schedule}@${slot.toISOString()}`, schedule, slot, state: 'began' },
      ...{ trigger: 'schedule', inTurn: false, runId: 'r1', recordedAt: slot },
      expiresAt: new Date(slot.getTime() + 1e11),
    });
    await RunModel.create({
      ...{ _id: 'r1', kind: 'sync', input: {}, runSeq: 1, trigger: 'schedule', mode: 'queue' },
      ...{ batchSize: 50, status: 'running', startedAt: slot, enumerated: 3 },
    });
    await JobStatusModel.collection.insertMany(
      // The second is kept as text.
      [{ effects: 2 }, { effects: 0, $ref: 'a', $id: 'b' }, 'no effects said'].map(
        (result, item) => ({
          ...{ _id: `sync-r1-${item}` as never, kind: 'sync', runId: 'r1', status: 'completed' },
          ...{ result: keptResult(result), effects: effectsOf(result) },
        }),
      ),
    );
    await pass();
    expect(ended).toEqual([]);
    const sealed = {
      ...{ duplicates: 0, queued: 0, active: 0, delayed: 0, completed: 3, failed: 0, cancelled: 0 },
    };
    await RunModel.updateOne({ _id: 'r1' }, { $set: { sealed, status: 'completed' } });
    await pass();
    expect(ended).toEqual([[slot, { outcome: 'completed', effects: 3, items: 3 }]]);
  });
});
