import { expect, it } from 'vitest';
import type { Numbers } from '../api/shapes.ts';
import { bucketsOf } from './series.ts';

const NOW = Date.parse('2026-11-22T11:03:30Z');

function numbers(at: string, completed: number, failed: number): Numbers {
  return {
    ...{ at, completed, failed, queue: 'q', kind: 'k', accepted: 0, duplicates: 0, cancelled: 0 },
    ...{ retried: 0, workedMs: 0, waitedMs: 0, waited: 0 },
  };
}

it('sums what queues and kinds did in a minute, and has zeros where nothing was done', () => {
  const at = '2026-11-22T11:02:00.000Z';
  const buckets = bucketsOf([numbers(at, 3, 1), numbers(at, 4, 0)], 'minute', NOW);
  expect(buckets).toHaveLength(60);
  expect(buckets.slice(-2)).toEqual([
    { at: Date.parse(at), completed: 7, failed: 1 },
    { at: Date.parse('2026-11-22T11:03:00Z'), completed: 0, failed: 0 },
  ]);
});

it('begins hours and days in UTC, as the API does, and leaves out what is older', () => {
  const old = numbers('2026-11-20T11:00:00.000Z', 5, 5);
  const hours = bucketsOf([old], 'hour', NOW);
  expect(hours[0]?.at).toBe(Date.parse('2026-11-21T12:00:00Z'));
  expect(hours.every(({ completed }) => completed === 0)).toBe(true);
  expect(bucketsOf([], 'day', NOW).at(-1)?.at).toBe(Date.parse('2026-11-22T00:00:00Z'));
});
