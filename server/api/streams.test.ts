import { expect, it } from 'vitest';
import { pauseOf } from './streams.ts';

it('checks each session every two seconds, and each of many less often, but within ten', () => {
  expect([1, 10, 20, 50, 1_000].map(pauseOf)).toEqual([2_000, 2_000, 4_000, 10_000, 10_000]);
});
