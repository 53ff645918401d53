import { expect, it } from 'vitest';
import { createLeakyBuckets } from './leakyBuckets.ts';

function atHand(capacity = 10) {
  const clock = { now: 0 };
  const buckets = createLeakyBuckets({
    leakPerMinute: 6,
    restMs: 2_000,
    capacity,
    now: () => clock.now,
  });
  return { clock, ...buckets };
}

it('fills what is poured in, and leaks at its rate', () => {
  const { clock, level, pour } = atHand();
  pour('a', 2);
  pour('a', 1);
  clock.now = 2_000;
  expect(level('a')).toBe(3);
  clock.now = 17_000;
  expect(level('a')).toBeCloseTo(1.5);
  expect(level('b')).toBe(0);
  clock.now = 60_000;
  expect(level('a')).toBe(0);
});

it('is never less than empty', () => {
  const { clock, level, pour } = atHand();
  pour('a', 1);
  clock.now = 7_000;
  pour('a', -1);
  pour('a', 1);
  expect(level('a')).toBe(1);
});

it('forgets those not touched for longest rather than to grow', () => {
  const { level, pour } = atHand(2);
  for (const key of ['a', 'b', 'c']) pour(key, 1);
  expect(['a', 'b', 'c'].map(level)).toEqual([0, 1, 1]);
});
