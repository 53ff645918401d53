import { expect, it } from 'vitest';
import { effectsOf } from './effects.ts';

it.each([
  [{ effects: 0 }, 0],
  [{ effects: 12, note: 'removed' }, 12],
])('counts what a result says: %j', (result, count) => {
  expect(effectsOf(result)).toBe(count);
});

it.each([
  null,
  undefined,
  3,
  'effects',
  [],
  {},
  { effects: -1 },
  { effects: 0.5 },
  { effects: '3' },
])('knows nothing of: %j', (result) => {
  expect(effectsOf(result)).toBeNull();
});
