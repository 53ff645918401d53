/** Whole cents as a decimal of two places, `-5.00`; what the API answers for amounts. */
export function formatCents(cents: number): string {
  const whole = Math.abs(cents);
  const fraction = String(whole % 100).padStart(2, '0');
  return `${cents < 0 ? '-' : ''}${Math.floor(whole / 100)}.${fraction}`;
}

/** The quotient of two whole numbers to two decimal places, rounded half up; exact, as no fraction takes part. */
export function dividedToHundredths(dividend: number, divisor: number): number {
  return Math.floor((200 * dividend + divisor) / (2 * divisor)) / 100;
}
