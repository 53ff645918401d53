const DECIMAL = /^(-?)(\d{1,12})(?:\.(\d{1,2})0*)?$/;

/**
 * Whole cents of an amount written as a decimal, `11.77`, `12` or `-5`; exact, as no float takes
 * part.
 * @returns null for anything else: a plus, separators, a fraction of a cent, over 12 digits.
 */
export function parseCents(text: string): number | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, minus, whole, fraction = ''] = match;
  const cents = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  // Not -0, which the database would keep.
  return minus === '-' && cents > 0 ? -cents : cents;
}

// Works on the decimal digits of the number, so that 22.345 is a half cent and not just below it.
const dollars = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  roundingMode: 'halfExpand',
});

/** Dollars as people read them, rounded half up: 22.345 is `$22.35`. For show only. */
export function formatDollars(amount: number): string {
  return dollars.format(amount);
}
