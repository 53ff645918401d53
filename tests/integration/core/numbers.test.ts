import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AppError } from '../../../server/errors/AppError.ts';
import { type JobState, JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { NumbersMarkModel, NumbersModel } from '../../../server/models/system/NumbersModel.ts';
import { endedWithin } from '../../../server/Services/BackgroundJobs/numbers/countEnded.ts';
import { addDays, startOf } from '../../../server/Services/BackgroundJobs/numbers/counted.ts';
import { foldHours, foldNumbers } from '../../../server/Services/BackgroundJobs/numbers/fold.ts';
import { readNumbers } from '../../../server/Services/BackgroundJobs/numbers/readNumbers.ts';
import { removeMinutes } from '../../../server/Services/BackgroundJobs/numbers/removeMinutes.ts';
import { flushTallies, tally } from '../../../server/Services/BackgroundJobs/numbers/tally.ts';
import { makeJob, makeRun } from '../http/records.ts';
import { useInstallation } from './installation.ts';

const installation = useInstallation();
const { queue, lanes } = installation;
const OF = { queue: queue.name, kind: 'user-data' };
const TODAY = startOf('day', new Date());
const YESTERDAY = addDays(TODAY, -1);
const RETENTION_DAYS = 7;

/** As the keeper does it, some time after this day has ended. */
function foldAfter(day: Date): Promise<void> {
  const now = new Date(addDays(day, 1).getTime() + 1_200_000);
  return foldNumbers({ retentionDays: () => RETENTION_DAYS, now });
}

async function numbersOf(by: 'minute' | 'hour' | 'day', from = YESTERDAY) {
  await flushTallies();
  const numbers = await readNumbers({ by, from, to: addDays(TODAY, 1), ...OF });
  const sum = { accepted: 0, completed: 0, failed: 0, duplicates: 0, cancelled: 0, workedMs: 0 };
  for (const each of numbers) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += each[key];
    sum.failed -= each.retried;
  }
  return sum;
}

/** The same, counted from the records. */
async function recordsOf(from = YESTERDAY) {
  const count = (status: JobState) => JobStatusModel.countDocuments({ status, ...OF });
  const [worked] = await JobStatusModel.aggregate<{ ms: number }>([
    { $match: { status: 'completed', finishedAt: { $gte: from } } },
    { $group: { _id: null, ms: { $sum: '$durationMs' } } },
  ]);
  return {
    accepted: await JobStatusModel.countDocuments(OF),
    completed: await count('completed'),
    failed: await count('failed'),
    duplicates: await count('duplicate'),
    cancelled: await count('cancelled'),
    workedMs: worked?.ms ?? 0,
  };
}

describe('the numbers by minute', () => {
  it('add up with the records: of runs, duplicates, failures, retries and cancels', async () => {
    const failing = new Set<string>();
    const worker = await installation.startWorker(async ({ userId }) => {
      if (failing.has(userId)) throw new AppError('JOB_FAILED', 'It went wrong.');
      return {};
    });
    const users = await installation.makeUsers(30);
    for (const user of users.slice(0, 6)) failing.add(user);
    const { runId } = await installation.producer.enqueueUsers(users);
    const { runId: later } = await installation.producer.enqueueUsers(users);
    await installation.runIn('completed', runId);
    await installation.runIn('completed', later);
    failing.clear();
    const [failed] = await JobStatusModel.find({ status: 'failed' }).lean();
    await installation.administration.retryJob(String(failed?._id));
    await installation.jobIn('completed', String(failed?._id));
    await worker.stop();
    const { runId: cancelled } = await installation.producer.enqueueUsers(users.slice(0, 4));
    await installation.administration.cancelRun(cancelled);
    // The run is cancelled at once, its jobs soon after.
    await expect
      .poll(async () => (await installation.runIn('cancelled', cancelled)).finishedAt, {
        timeout: 20_000,
      })
      .not.toBeNull();

    const records = await recordsOf();
    expect(records).toMatchObject({ accepted: 64, cancelled: 4 });
    expect(records.failed).toBeGreaterThan(0);
    expect(await numbersOf('minute')).toEqual(records);
    expect(await numbersOf('day')).toEqual(records);
    expect(await installation.administration.queueStats(queue.name)).toEqual({
      waiting: 0,
      active: 0,
      delayed: 0,
      completed: records.completed,
      failed: records.failed,
      total: records.completed + records.failed,
    });
  });

  it('of the jobs that ended within a time are looked for by its index, not through all records', async () => {
    const plan = await JobStatusModel.collection.find(endedWithin(YESTERDAY, TODAY)).explain();
    expect(JSON.stringify(plan)).toContain('"finishedAt_1"');
  });

  it('are one document a minute and process, whatever is counted', async () => {
    const before = await NumbersModel.countDocuments();
    const of = { queue: 'many', kind: 'email' };
    for (let job = 0; job < 1_000; job += 1) tally(of, { accepted: 1 });
    await flushTallies();
    tally(of, { accepted: 1 });
    await flushTallies();
    const made = await NumbersModel.find({ queue: 'many' }).lean();
    expect(made.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1_001);
    expect((await NumbersModel.countDocuments()) - before).toBeLessThanOrEqual(2);
  });

  it('are written when MongoDB takes them again, each counted once', async () => {
    const of = { queue: 'away', kind: 'email' };
    const write = vi.spyOn(NumbersModel.db, 'collection').mockImplementationOnce(() => {
      throw new Error('It is away.');
    });
    onTestFinished(() => write.mockRestore());
    tally(of, { completed: 2 });
    await vi.waitFor(() => expect(write).toHaveBeenCalled());
    tally(of, { completed: 1 });
    await flushTallies(5_000);
    const found = await NumbersModel.find({ queue: 'away' }).lean();
    expect(found.reduce((sum, { completed }) => sum + completed, 0)).toBe(3);
  });

  it('of a minute that a clock set back repeats do not replace those before', async () => {
    const of = { queue: 'clock', kind: 'email' };
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const now = Date.now();
    for (const minutes of [0, 2, 0, 3]) {
      vi.setSystemTime(now + minutes * 60_000);
      tally(of, { completed: 1 });
      await flushTallies();
    }
    const [numbers] = await readNumbers({
      by: 'minute',
      from: new Date(now - 60_000),
      to: new Date(now + 60_000),
      ...of,
    });
    expect(numbers?.completed).toBe(2);
  });
});

describe('a day', () => {
  it('is counted from the records and sealed, and again when they change', async () => {
    // A job of yesterday: what the process that did it had counted was lost with it.
    await makeRun({ _id: 'm-yesterday' });
    const finishedAt = new Date(YESTERDAY.getTime() + 7_200_000);
    const of = { finishedAt, durationMs: 40 };
    const userId = (number: number) => number.toString(16).padStart(24, '0');
    await makeJob('m-yesterday', userId(1), { ...of, status: 'completed' });
    await makeJob('m-yesterday', userId(2), { ...of, status: 'completed' });
    const failed = await makeJob('m-yesterday', userId(3), of);
    await NumbersModel.create({
      ...{ _id: 'lost', grain: 'minute', ...OF, at: finishedAt, hour: startOf('hour', finishedAt) },
      ...{ accepted: 3, completed: 1, failed: 0, duplicates: 0, cancelled: 0 },
      ...{ retried: 0, workedMs: 40, waitedMs: 0, waited: 0 },
    });
    const stats = () => vi.waitFor(async () => installation.administration.queueStats(queue.name));
    const today = await recordsOf(TODAY);

    await foldAfter(YESTERDAY);
    const [sealed] = await readNumbers({ by: 'day', from: YESTERDAY, to: TODAY, ...OF });
    expect(sealed).toMatchObject({ accepted: 3, completed: 2, failed: 1, workedMs: 80 });

    const [record] = await JobStatusModel.find({ _id: failed }).lean();
    await installation.administration.retryJob(failed);
    await flushTallies();
    await vi.waitFor(async () => expect((await stats()).failed).toBe(today.failed - 1));
    await lanes.of(queue.name).queue.remove([`${failed}-g2`]);
    expect(record?.finishedAt).toEqual(finishedAt);

    await foldAfter(TODAY);
    const [again] = await readNumbers({ by: 'day', from: YESTERDAY, to: TODAY, ...OF });
    expect(again).toMatchObject({ completed: 2, failed: 0 });
    await vi.waitFor(async () => expect((await stats()).failed).toBe(today.failed - 1));
  });

  it('whose records may have expired keeps what its hours say', async () => {
    const day = addDays(TODAY, -20);
    await NumbersModel.create({
      ...{ _id: 'old', grain: 'minute', queue: 'old', kind: 'email', at: day, hour: day },
      ...{ accepted: 9, completed: 8, failed: 1, duplicates: 0, cancelled: 0 },
      ...{ retried: 0, workedMs: 90, waitedMs: 0, waited: 0 },
    });
    await NumbersModel.db.collection('numbersmarks').deleteMany({});
    await foldAfter(YESTERDAY);
    const found = await NumbersModel.findOne({ queue: 'old', grain: 'day' }).lean();
    expect(found).toMatchObject({ at: day, completed: 8, failed: 1 });
    expect(found?.expiresAt).toBeUndefined();
  });
});

describe('minutes', () => {
  const of = { queue: 'folded', kind: 'email' };
  const now = new Date();
  const FIRST = addDays(TODAY, -40);

  /** Two of each hour, over three days, as two processes wrote them: 72 hours with 3 jobs each. */
  beforeEach(async () => {
    const nothing = { accepted: 0, failed: 0, duplicates: 0, cancelled: 0, retried: 0 };
    const hours = Array.from({ length: 72 }, (_, n) => new Date(FIRST.getTime() + n * 3_600_000));
    await NumbersModel.insertMany(
      hours.flatMap((hour) =>
        [1, 2].map((completed) => ({
          ...{ _id: `${hour.toISOString()}|${completed}`, grain: 'minute', ...of, ...nothing },
          ...{ at: new Date(hour.getTime() + completed * 60_000), hour, completed },
          ...{ workedMs: 10, waitedMs: 0, waited: 0 },
        })),
      ),
    );
    await NumbersMarkModel.deleteMany({});
  });
  afterEach(() => NumbersModel.deleteMany(of));

  const minutes = () => NumbersModel.countDocuments({ grain: 'minute', ...of });
  async function completed(by: 'hour' | 'day') {
    const numbers = await readNumbers({ by, from: FIRST, to: TODAY, ...of });
    return numbers.reduce((sum, each) => sum + each.completed, 0);
  }

  it('are folded step by step: a fold that broke off goes on, and nothing is counted twice', async () => {
    let steps = 0;
    const dying = {
      throwIfAborted() {
        steps += 1;
        if (steps === 2) throw new Error('The worker was killed.');
      },
    };
    await expect(foldHours({ now, signal: dying })).rejects.toThrow('was killed');
    expect(await NumbersModel.countDocuments({ grain: 'hour', ...of })).toBe(24);
    expect(await completed('hour')).toBe(216);
    await Promise.all([foldHours({ now }), foldHours({ now })]);
    expect(await NumbersModel.countDocuments({ grain: 'hour', ...of })).toBe(72);
    expect(await completed('hour')).toBe(216);
    // As after a crash between the hours and the mark.
    await NumbersMarkModel.deleteMany({});
    await foldHours({ now });
    expect(await completed('hour')).toBe(216);
  });

  it('go a month later, where hours stand for them, and the numbers stay', async () => {
    expect(await removeMinutes({ now })).toEqual({ removed: 0, more: false });
    await foldHours({ now });
    const gone = { throwIfAborted: vi.fn() };
    gone.throwIfAborted.mockReturnValueOnce(undefined).mockImplementationOnce(() => {
      throw new Error('The worker was killed.');
    });
    await expect(removeMinutes({ now, signal: gone })).rejects.toThrow('was killed');
    expect(await minutes()).toBe(142);
    const recent = await NumbersModel.countDocuments({ grain: 'minute', at: { $gte: TODAY } });
    expect(await removeMinutes({ now })).toEqual({ removed: 142, more: false });
    expect(await minutes()).toBe(0);
    expect(await NumbersModel.countDocuments({ grain: 'minute', at: { $gte: TODAY } })).toBe(
      recent,
    );
    expect(await completed('hour')).toBe(216);
    expect(await completed('day')).toBe(216);
  });

  it('leave their hour as it was when some of them are gone and it is folded again', async () => {
    await foldHours({ now });
    await NumbersModel.deleteMany({ grain: 'minute', ...of, completed: 2 });
    await NumbersMarkModel.deleteMany({});
    await foldHours({ now });
    expect(await completed('hour')).toBe(216);
  });
});
