/**
 * What an error of the WhatsApp Cloud API means for a message: `later`, at no cost, after so many
 * milliseconds; `retry` as any failure; `template`: free text is not allowed any more; `fail`: no retry mends it.
 */
export type ErrorRule =
  | { readonly is: 'later'; readonly afterMs: number }
  | { readonly is: 'retry' | 'template' | 'fail' };

const later = (seconds: number): ErrorRule => ({ is: 'later', afterMs: seconds * 1_000 });
const RETRY: ErrorRule = { is: 'retry' };
const FAIL: ErrorRule = { is: 'fail' };

/** The token is no good, or lacks a right: people must mend it, and the messages wait. */
export const TOKEN_REFUSED: readonly number[] = [0, 3, 10, 190];

/**
 * By code, as "Error codes" of the Cloud API's documentation lists them
 * (developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes).
 */
const RULES: Readonly<Record<number, ErrorRule>> = {
  ...Object.fromEntries(TOKEN_REFUSED.map((code) => [code, later(600)])),
  // Too much: of the app, the account, the number, or to one person.
  4: later(300),
  80007: later(300),
  130429: later(30),
  131048: later(3_600),
  131056: later(10),
  133016: later(3_600),
  // Meta's own trouble.
  1: RETRY,
  2: RETRY,
  131000: RETRY,
  131016: RETRY,
  131057: later(60),
  // More than 24 hours since the person last wrote.
  131047: { is: 'template' },
  // Blocked, locked, not on WhatsApp, or a message that is wrong in itself.
  368: FAIL,
  131008: FAIL,
  131009: FAIL,
  131021: FAIL,
  131026: FAIL,
  131030: FAIL,
  131031: FAIL,
  131051: FAIL,
};

/** What becomes of a message that was answered with this error; of a code that is not listed the status tells. */
export function ruleOf({ code, status }: { code: number; status: number }): ErrorRule {
  return RULES[code] ?? (status === 429 || status >= 500 ? RETRY : FAIL);
}
