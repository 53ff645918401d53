import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDollars, parseCents } from './money.ts';

describe('parseCents', () => {
  it.each([
    ['11.77', 1177],
    ['12', 1200],
    ['12.5', 1250],
    ['0.29', 29],
    ['12.500', 1250],
    ['0', 0],
    ['-12.5', -1250],
    ['-0', 0],
    ['-0.00', 0],
    ['999999999999.99', 99_999_999_999_999],
  ])('reads %s as %i cents', (text, cents) => {
    expect(parseCents(text)).toBe(cents);
  });

  it.each([
    '',
    '--1',
    '- 1',
    '+1',
    '1,000',
    '$5',
    '1.005',
    '1.',
    '.5',
    '1e3',
    ' 1',
    'NaN',
    '1234567890123',
  ])('takes %j for no amount', (text) => {
    expect(parseCents(text)).toBeNull();
  });

  it('gives back exactly the cents that were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), (cents) => {
        const digits = String(cents).padStart(3, '0');
        const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`;
        expect(parseCents(text)).toBe(cents);
        expect(parseCents(`-${text}`)).toBe(0 - cents);
      }),
    );
  });
});

describe('formatDollars', () => {
  it('rounds a half cent up, as the published table does', () => {
    expect(formatDollars(22.345)).toBe('$22.35');
    expect(formatDollars(1.005)).toBe('$1.01');
    expect(formatDollars(1.0049)).toBe('$1.00');
    expect(formatDollars(2_500_315.63)).toBe('$2,500,315.63');
  });

  it('rounds every half cent up that a mean of cents can make', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000_000 }), (cents) => {
        const halfUp = (cents + 1).toString().padStart(3, '0');
        const shown = formatDollars((2 * cents + 1) / 2 / 100).replace(/[$,]/g, '');
        expect(shown).toBe(`${halfUp.slice(0, -2)}.${halfUp.slice(-2)}`);
      }),
    );
  });
});
