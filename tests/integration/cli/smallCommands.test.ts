import mongoose from 'mongoose';
import { describe, expect, it } from 'vitest';
import { command as runCommand } from '../command.ts';
import { useOwnDatabase } from '../scoring/ownDatabase.ts';

const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';

const uri = useOwnDatabase();

const command = (which: 'indexes' | 'schedules' | 'why', ...args: string[]) =>
  runCommand(which, args, { settings: { MONGODB_URI: uri, REDIS_URL } });

describe('npm run indexes', () => {
  it('makes the indexes, and leaves them alone the second time', async () => {
    expect(await command('indexes')).toMatchObject({ code: 0 });
    const { text } = await command('indexes');
    expect(text).toMatch(/^Indexes stand for .*JobStatus.*\.\n$/);
    const made = await mongoose.connection.collection('jobstatuses').indexes();
    expect(made.map(({ key }) => key)).toContainEqual({
      runId: 1,
      status: 1,
      queuedAt: -1,
      _id: -1,
    });
  });
});

describe('a command whose reader has left', () => {
  it('does what it was asked for, and is content', async () => {
    const settings = { MONGODB_URI: uri, REDIS_URL };
    const unread = await runCommand('schedules', ['hold', '--minutes', '15'], {
      settings,
      readerLeft: true,
    });
    expect(unread).toEqual({ code: 0, out: '', err: '', text: '' });
    const held = await mongoose.connection.collection('schedules').findOne();
    expect(held?.heldUntil).toBeInstanceOf(Date);
  });
});

describe('npm run schedules', () => {
  const schedule = () => mongoose.connection.collection('schedules').findOne();

  it('holds the schedule for a time, and releases it', async () => {
    const reason = ['--why', 'stocktaking', '--by', 'ann'];
    const held = await command('schedules', 'hold', '--minutes', '15', ...reason);
    expect(held).toMatchObject({ code: 0, text: expect.stringContaining('is held until') });
    expect((await command('schedules', 'list')).text).toMatch(
      /^user-data-hourly: not run yet, next unknown, held until .*Z by ann: stocktaking\n$/,
    );
    const until = (await schedule())?.heldUntil?.getTime() ?? 0;
    expect(until - Date.now()).toBeGreaterThan(14 * 60_000);

    expect(await command('schedules', 'release')).toMatchObject({ code: 0 });
    const released = await schedule();
    expect(released?.heldUntil).toBeNull();
    expect(released?.installedAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  it('says when each is due next', async () => {
    const timetable = { expression: '0 0 1 1 *', timezone: 'Europe/Berlin' };
    await mongoose.connection.collection('schedules').updateOne({}, { $set: timetable });
    expect((await command('schedules', 'list')).text).toMatch(
      /^user-data-hourly: 0 0 1 1 \* \(Europe\/Berlin\), next \d{4}-12-31T23:00:00.000Z\n$/,
    );
  });
});

describe('npm run why', () => {
  const jobId = 'user-data-m-test-one';

  async function makeJob(): Promise<void> {
    const now = new Date();
    const user = await mongoose.connection
      .collection('users')
      .insertOne({ externalId: 'known', active: true });
    await mongoose.connection.collection<{ _id: string }>('jobstatuses').insertOne({
      _id: jobId,
      ...{ runId: 'm-test', runSeq: 1, queue: 'user-data', userId: user.insertedId },
      ...{ status: 'completed', generation: 1, attempts: 1, starts: 1, payload: {} },
      ...{ queuedAt: now, finishedAt: now, durationMs: 5, worker: 'w', updatedAt: now },
    });
  }

  it('answers for a job, and for a user with their newest jobs', async () => {
    await makeJob();
    for (const asked of [jobId, 'known']) {
      const { text, code } = await command('why', asked);
      expect(code).toBe(0);
      expect(text).toMatch(
        /^user-data-m-test-one\n {2}It completed at .* in 5 ms, on worker w\.\n$/,
      );
    }
  });

  it('says that it knows neither, and ends with 1', async () => {
    expect(await command('why', 'nobody')).toMatchObject({
      code: 1,
      text: 'There is no job and no user "nobody".\n',
    });
  });
});
