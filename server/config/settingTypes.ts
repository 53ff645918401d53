import { z } from 'zod';
import { isCronExpression, isTimeZone } from './timetable.ts';

/** `true`, `1`, `yes`, `on` and their opposites, in any case. */
export const flag = z.stringbool();
/** A whole number above zero. */
export const positiveInt = z.coerce.number().int().positive();
/** Milliseconds. */
export const duration = positiveInt.describe('milliseconds');

/** A time such as `90s` or `2m`, or a number of seconds; at most `most` seconds. */
export function seconds(most: number) {
  return z
    .string()
    .regex(/^\d{1,6}(s|m)?$/, 'is no time such as 90s or 2m')
    .transform((text) => Number.parseInt(text, 10) * (text.endsWith('m') ? 60 : 1))
    .pipe(z.number().min(1).max(most, `is longer than ${most} s`));
}

/** Four positive numbers: r, alpha (weeks), a, b of the BG/NBD model. */
export const scoringParams = z
  .string()
  .transform((text) => text.split(',').map(Number))
  .pipe(z.tuple([z.number(), z.number(), z.number(), z.number()]))
  .refine((numbers) => numbers.every((n) => n > 0), 'all four must be above zero')
  .transform(([r, alpha, a, b]) => ({ r, alpha, a, b }));

/** Text in which `problemOf` finds nothing wrong; what it answers follows the setting's name. */
export function checked(problemOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

/** Names with commas between. */
export const names = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);

/** Origins as browsers name them, with commas between. */
export const origins = names.pipe(
  z.array(
    z.string().refine((origin) => {
      if (!URL.canParse(origin)) return false;
      const { protocol, origin: canonical } = new URL(origin);
      return /^https?:$/.test(protocol) && canonical === origin;
    }, 'are origins such as https://admin.example.com, without a path, with commas between'),
  ),
);

/** The name of a time zone. */
export const timezone = z
  .string()
  .refine(isTimeZone, 'is not a time zone of the IANA database, such as UTC or Europe/Berlin');

/** When a schedule is due. */
export const cronExpression = z
  .string()
  .refine(isCronExpression, 'is not a cron expression, such as 0 * * * * for each full hour');

/** An address of HTTP. */
export const webAddress = z.url({
  protocol: /^https?$/,
  error: 'is an address such as https://hourwork.example.com',
});
