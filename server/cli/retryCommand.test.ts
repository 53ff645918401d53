import { expect, it } from 'vitest';
import type { RetryFilter } from './apiClient.ts';
import { retryCommand } from './retryCommand.ts';

it('asks for the next part only when the turns of the one before are over', async () => {
  const asked: { filter: RetryFilter; at: number }[] = [];
  const client = {
    retryJob: () => Promise.reject(new Error('not asked')),
    retryFailed(filter: RetryFilter) {
      asked.push({ filter, at: performance.now() });
      const nextCursor = asked.length < 3 ? `after-${asked.length}` : undefined;
      return Promise.resolve({ retried: 20, skipped: 5, nextCursor });
    },
  };
  const lines: string[] = [];
  await retryCommand({ code: 'TOO_SLOW', rate: 100, all: false }, client, (line) =>
    lines.push(line),
  );
  const filter = { code: 'TOO_SLOW', ratePerSecond: 100, limit: 1_000 };
  expect(asked.map((each) => each.filter)).toEqual([
    filter,
    { ...filter, cursor: 'after-1' },
    { ...filter, cursor: 'after-2' },
  ]);
  const [first, second, third] = asked.map(({ at }) => at) as [number, number, number];
  // A timer may fire a fraction of a millisecond early.
  expect(second - first).toBeGreaterThanOrEqual(199);
  expect(third - second).toBeGreaterThanOrEqual(199);
  expect(lines).toEqual([
    '20 retried, 5 skipped …',
    '40 retried, 10 skipped …',
    '60 retried, 15 skipped.',
    'Skipped: their users have a live job meanwhile, or their run was cancelled.',
  ]);
});
