import { z } from 'zod';
import { parseCents } from '../../CustomerScoring/money.ts';

export const text = z.string().min(1);
export const textOrNull = z.string().transform((value) => (value === '' ? null : value));
export const wholeNumber = z.coerce.number().int().nonnegative();
export const day = z.iso.date();
export const dayOrNull = z.union([z.literal('').transform(() => null), day]);

/** A decimal amount as whole cents. */
export const cents = z.string().transform((value, context) => {
  const parsed = parseCents(value);
  if (parsed !== null) return parsed;
  context.addIssue({ code: 'custom', message: `"${value}" is no amount` });
  return z.NEVER;
});

/** `month/day/year` as `YYYY-MM-DD`. */
export const americanDay = z
  .string()
  .transform((value) => {
    const [month = '', dayOfMonth = '', year = ''] = value.split('/');
    return `${year}-${month.padStart(2, '0')}-${dayOfMonth.padStart(2, '0')}`;
  })
  .pipe(day);
