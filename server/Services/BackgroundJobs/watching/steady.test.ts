import { expect, it } from 'vitest';
import { createSteady } from './steady.ts';

it('answers the first value for as long as the content stays the same', () => {
  const keep = createSteady<{ id: number; age: number }>(({ id }) => String(id));
  const first = keep({ id: 1, age: 0 });
  expect(keep({ id: 1, age: 1 })).toBe(first);
  const second = keep({ id: 2, age: 2 });
  expect(second).toEqual({ id: 2, age: 2 });
  expect(keep({ id: 1, age: 3 })).not.toBe(first);
});

it('tells values apart by their JSON', () => {
  const keep = createSteady<{ at: Date }>();
  const first = keep({ at: new Date(1) });
  expect(keep({ at: new Date(1) })).toBe(first);
  expect(keep({ at: new Date(2) })).not.toBe(first);
});
