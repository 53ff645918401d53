const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 3_600_000;
/** Only upwards: nobody is called sooner than they asked for. */
const JITTER = 0.2;
const LEAST_ASKED_MS = 1_000;
const MOST_ASKED_MS = 24 * 3_600_000;

/**
 * How long an answer asks to wait: the header Retry-After in seconds or as a date (RFC 9110, 10.2.3),
 * held to between a second and a day; null when it asks for nothing that can be read.
 */
export function askedDelayMs(retryAfter: unknown, now = Date.now()): number | null {
  if (typeof retryAfter !== 'string') return null;
  const text = retryAfter.trim();
  const asked = /^\d+$/.test(text) ? Number(text) * 1_000 : dateMs(text) - now;
  if (Number.isNaN(asked)) return null;
  return Math.min(MOST_ASKED_MS, Math.max(LEAST_ASKED_MS, asked));
}

/** Only the dates of HTTP, which name a weekday: Date.parse takes nearly anything. */
function dateMs(text: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
}

/**
 * The delay before the next call: 2 s, doubled with each retry, up to an hour, and never less than what
 * was asked for; with up to a fifth more, so that many do not come back at once.
 * @param retries those that were made already
 */
export function retryDelayMs(
  retries: number,
  askedMs: number | null,
  random: () => number = Math.random,
): number {
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(retries, 30));
  return Math.round(Math.max(backOff, askedMs ?? 0) * (1 + JITTER * random()));
}
