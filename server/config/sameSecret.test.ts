import { expect, it } from 'vitest';
import { isSameSecret } from './sameSecret.ts';

it.each([
  ['the same', 'the same', true],
  ['the same', 'the sane', false],
  ['the same', 'the same, and more', false],
  ['', 'the same', false],
  ['the same', Buffer.from('the same'), true],
  [Buffer.from([1, 2, 255]), Buffer.from([1, 2, 254]), false],
])('compares %o with %o', (given, right, expected) => {
  expect(isSameSecret(given, right)).toBe(expected);
});
