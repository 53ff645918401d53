import { expect, it } from 'vitest';
import { bytes, count, many, span, wholeSpan } from './numbers.ts';

it.each([
  [0, '0 ms'],
  [840.4, '840 ms'],
  [1_240, '1.2 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_200_000, '2 h'],
  [187_200_000, '2 d 4 h'],
])('says %d ms as %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

it('groups digits, and agrees with the noun', () => {
  expect(count(23_570)).toBe('23,570');
  expect(many(1, 'job')).toBe('1 job');
  expect(many(0, 'job')).toBe('0 jobs');
  expect(many(1_200, 'retry', 'retries')).toBe('1,200 retries');
});

it('says ages in whole seconds', () => {
  expect([0, 1_400, 9_600, 61_000].map(wholeSpan)).toEqual(['1 s', '1 s', '10 s', '1 min 1 s']);
});

it('says memory in the unit that fits', () => {
  expect(bytes(134_217_728)).toBe('128 MiB');
  expect(bytes(1_610_612_736)).toBe('1.5 GiB');
});
