import { z } from 'zod';

const isoDate = z.date().transform((date) => date.toISOString());
const dateTime = { format: 'date-time', example: '2026-11-22T11:00:00.000Z' };

/** An instant of an answer: a Date within, ISO 8601 in UTC outside. */
export const instant = isoDate.meta({ type: 'string', ...dateTime });

/** The same where there may be none. */
export const instantOrNull = isoDate.nullable().meta({ type: ['string', 'null'], ...dateTime });

/** A whole number in a query string, which only knows text. */
export function wholeNumber({ min, max }: { min: number; max: number }) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `is below ${min}`).max(max, `is above ${max}`))
    .meta({ type: 'integer', minimum: min, maximum: max });
}

const MAX_LIMIT = 500;

/** How much of a list, and from where. */
export function pageQuery(defaultLimit: number) {
  return {
    limit: wholeNumber({ min: 1, max: MAX_LIMIT })
      .default(defaultLimit)
      .meta({ type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: defaultLimit }),
    cursor: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: 'The nextCursor of the page before' }),
  };
}

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'For the next page; null at the end' }),
  });
}
