import { z } from 'zod';

/** As long as a path of SMTP may be, without its angle brackets (RFC 5321, 4.5.3.1.3, and erratum 1690). */
const MAX_LENGTH = 254;

/** The e-mail of an account: one person, one spelling. */
export const accountEmail = z
  .string()
  .trim()
  .toLowerCase()
  .max(MAX_LENGTH, `has more than ${MAX_LENGTH} characters`)
  .pipe(z.email('is not an e-mail address'));
