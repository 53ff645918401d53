import { IANAZone } from 'luxon';
import { z } from 'zod';
import { looksLikeObjectId } from '../../models/objectIds.ts';
import { parseCents } from '../CustomerScoring/money.ts';
import { isEmailAddress } from '../Users/emailAddress.ts';

const MAX_NAME_LENGTH = 200;

/** What identifies a user or a purchase: people and commands name it. */
const name = z
  .string()
  .min(1, 'is empty')
  .max(MAX_NAME_LENGTH, `has more than ${MAX_NAME_LENGTH} characters`)
  .refine((text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), 'holds a control character or line break');

const externalId = name.refine(
  (text) => !looksLikeObjectId(text),
  'looks like an ObjectId, by which a user can be named as well: ' +
    'put something before it in both files, such as customer-',
);

/** A line of users.csv. */
export const userRowSchema = z.object({
  externalId,
  /** Null for a user without; undefined where the file has no such column. */
  email: z
    .string()
    .refine(
      (text) => text === '' || isEmailAddress(text),
      'is not an e-mail address of at most 254 bytes',
    )
    .transform((text) => (text === '' ? null : text))
    .optional(),
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
export const purchaseRowSchema = z
  .object({
    externalId,
    /** The owner's own name for this purchase, where the file has such a column. */
    purchaseId: name.optional(),
    purchasedAt: z
      .union([z.iso.date(), z.iso.datetime({ offset: true })], {
        error: 'is neither a day (1998-06-30) nor a time with its zone (1998-06-30T18:05:00Z)',
      })
      .transform((text) => new Date(text)),
    /** Whole cents; negative for a refund. */
    amount: z.string().transform((text, context) => {
      const cents = parseCents(text);
      if (cents !== null) return cents;
      context.addIssue(
        'is not an amount such as 11.77, or -11.77 for a refund: digits, a point, at most two decimals',
      );
      return z.NEVER;
    }),
    items: z
      .string()
      .regex(/^-?\d{1,9}$/, 'is not a whole number of items')
      // "-0" becomes 0.
      .transform((text) => Number(text) + 0),
  })
  .refine(({ amount, items }) => items >= 0 || amount < 0, {
    path: ['items'],
    message: 'is below 0, though the amount is not that of a refund',
  });
export type PurchaseRow = z.output<typeof purchaseRowSchema>;
