import { expect, it } from 'vitest';
import { trendsOf } from './readSurroundings.ts';

const now = new Date('2026-11-22T11:30:00Z');

function failed(message: string, secondsAgo: number) {
  return {
    error: { code: 'JOB_FAILED', message },
    finishedAt: new Date(now.getTime() - secondsAgo * 1_000),
  };
}

it('counts failures by cause, in the last five minutes and in the five before', () => {
  const trends = trendsOf(
    [
      failed('user 1 is gone', 10),
      failed('user 2 is gone', 299),
      failed('user 3 is gone', 300),
      failed('user 4 is gone', 600),
      failed('another thing', 20),
      { error: null, finishedAt: now },
    ],
    now,
  );
  expect(trends).toEqual([
    { code: 'JOB_FAILED', recent: 2, before: 1, since: new Date('2026-11-22T11:25:00Z') },
    { code: 'JOB_FAILED', recent: 1, before: 0, since: new Date('2026-11-22T11:29:40Z') },
  ]);
});
