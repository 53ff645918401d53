import { IANAZone } from 'luxon';
import { z } from 'zod';
import { parseCents } from '../CustomerScoring/money.ts';

const externalId = z.string().min(1, 'is empty').max(200, 'has more than 200 characters');

/** A line of users.csv. */
export const userRowSchema = z.object({
  externalId,
  email: z.email('is not an e-mail address'),
  timezone: z
    .string()
    .refine(
      (zone) => IANAZone.isValidZone(zone),
      'is not a time zone of the IANA database, such as UTC or Europe/Berlin',
    ),
  active: z.stringbool('is neither true nor false'),
});
export type UserRow = z.output<typeof userRowSchema>;

/** A line of purchases.csv. */
export const purchaseRowSchema = z.object({
  externalId,
  purchasedAt: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], {
      error: 'is neither a day (1998-06-30) nor a time with its zone (1998-06-30T18:05:00Z)',
    })
    .transform((text) => new Date(text)),
  amount: z.string().transform((text, context) => {
    const cents = parseCents(text);
    if (cents !== null) return cents;
    context.addIssue('is not an amount such as 11.77: digits, and at most two decimals');
    return z.NEVER;
  }),
  items: z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number of items')
    .transform(Number),
});
export type PurchaseRow = z.output<typeof purchaseRowSchema>;
