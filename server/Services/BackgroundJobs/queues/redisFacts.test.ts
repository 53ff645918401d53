import { expect, it } from 'vitest';
import { type RedisFacts, tooFull, unfitness } from './redisFacts.ts';

const fit: RedisFacts = {
  version: '7.0.15',
  evictionPolicy: 'noeviction',
  persistent: true,
  usedBytes: 79,
  maxBytes: 100,
};

it('finds nothing wrong with a Redis made for jobs', () => {
  expect(unfitness(fit)).toEqual([]);
  expect(unfitness({ ...fit, version: '6.2.0' })).toEqual([]);
});

it.each([
  [{ version: '6.0.16' }, '6.2 or later'],
  [{ version: '5.9.9' }, '6.2 or later'],
  [{ evictionPolicy: 'allkeys-lru' }, 'noeviction'],
  [{ persistent: false }, 'appendonly'],
])('says what to change where %j', (facts, remedy) => {
  expect(unfitness({ ...fit, ...facts })).toEqual([expect.stringContaining(remedy)]);
});

it('accuses no server that does not tell whether it writes to disk', () => {
  expect(unfitness({ ...fit, persistent: null })).toEqual([]);
});

it('calls a Redis too full from 80 % of its memory on, and never one without a limit', () => {
  expect(tooFull(fit)).toBeNull();
  expect(tooFull({ ...fit, usedBytes: 80 })).toBe(80);
  expect(tooFull({ ...fit, usedBytes: 1_000, maxBytes: 0 })).toBeNull();
});
