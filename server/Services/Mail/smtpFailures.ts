/** What a failure of SMTP means for the mail. */
export type SmtpVerdict = 'refused' | 'unreachable' | 'later';

/** Failures of the way to the server, and of our login there, as nodemailer names them. */
const NOT_THE_MAILS = new Set([
  ...['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'ETLS', 'EPROTOCOL', 'ECONNREFUSED'],
  ...['EAUTH', 'ENOAUTH', 'EOAUTH2', 'ECONNRESET', 'ENOTFOUND'],
]);

/**
 * `unreachable`: the server, not the mail, is at fault; `refused`: a permanent negative reply (RFC
 * 5321, 4.2.1) or an address that is none; `later`: anything else, such as a greylisting 4xx.
 */
export function smtpVerdict(error: unknown): SmtpVerdict {
  if (!(error instanceof Error)) return 'later';
  const { code, responseCode } = error as Error & { code?: unknown; responseCode?: unknown };
  if (typeof code === 'string' && NOT_THE_MAILS.has(code)) return 'unreachable';
  if (typeof responseCode === 'number') return responseCode >= 500 ? 'refused' : 'later';
  return code === 'EENVELOPE' ? 'refused' : 'later';
}
