import { expect, it } from 'vitest';
import type { JobLog } from '../../../server/Services/BackgroundJobs/consuming/jobLog.ts';
import { useInstallation } from './installation.ts';
import { SECRET_SETTING } from './testWorker.ts';

const installation = useInstallation();

const told: unknown[] = [];
const tell = (message: string, fields?: object) => {
  told.push({ message, ...fields });
};
const log: JobLog = { debug: tell, info: tell, warn: tell, error: tell };

/** What each user's work throws. */
const thrown = new Map<string, unknown>();
let started: ReturnType<typeof installation.startWorker> | undefined;
async function recordOf(error: unknown) {
  started ??= installation.startWorker(
    async ({ userId }) => {
      throw thrown.get(userId);
    },
    { log },
  );
  await started;
  const [userId = ''] = await installation.makeUsers(1);
  thrown.set(userId, error);
  const { runId } = await installation.producer.enqueueUser(userId);
  return installation.jobIn('failed', `user-data-${runId}-${userId}`);
}

it('takes secrets and controls out of an error before the record, Redis or the log keep it', async () => {
  const message = `Login to db: Pwd=hunter2;x at ${SECRET_SETTING}\u001b[2J\u202e`;
  const record = await recordOf(Object.assign(new Error(message), { cause: message }));
  expect(record.error).toEqual({
    code: 'JOB_FAILED',
    message: 'Login to db: Pwd=[redacted] at [redacted]',
  });
  expect(record.history).toEqual(
    Array(4).fill('JOB_FAILED: Login to db: Pwd=[redacted] at [redacted]'),
  );
  const inRedis = await installation.redis.hgetall(installation.keyOf(record._id));
  expect(inRedis.failedReason).toContain('Login to db');
  const kept = JSON.stringify([record, inRedis, told]);
  for (const secret of ['hunter2', SECRET_SETTING, '\\u001b', '\u202e']) {
    expect(kept).not.toContain(secret);
  }
  expect(JSON.stringify(told)).toContain('Login to db');
});

it('keeps the code and the message of what is no error', async () => {
  const { error } = await recordOf({ code: 'card_declined', message: 'No money.' });
  expect(error).toEqual({ code: 'card_declined', message: 'No money.' });
});

it('keeps the message of an error that is its own cause', async () => {
  const ring = new Error('round and round');
  ring.cause = ring;
  expect((await recordOf(ring)).error).toEqual({ code: 'JOB_FAILED', message: 'round and round' });
});

it('keeps no code that is none', async () => {
  const error = Object.assign(new Error('long'), { code: 'X'.repeat(5_000) });
  expect((await recordOf(error)).error).toEqual({ code: 'JOB_FAILED', message: 'long' });
});
