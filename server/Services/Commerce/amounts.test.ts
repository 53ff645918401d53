import { expect, it } from 'vitest';
import { dividedToHundredths, formatCents } from './amounts.ts';

it('writes cents as a decimal of two places', () => {
  expect([0, 5, 100, 428_429, -5, -12_345].map(formatCents)).toEqual([
    ...['0.00', '0.05', '1.00', '4284.29', '-0.05', '-123.45'],
  ]);
});

it('divides to two places, half up', () => {
  expect(dividedToHundredths(1, 3)).toBe(0.33);
  expect(dividedToHundredths(2, 3)).toBe(0.67);
  expect(dividedToHundredths(1, 8)).toBe(0.13);
  expect(dividedToHundredths(0, 8)).toBe(0);
});
