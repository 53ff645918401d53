import { EgressError } from './egressError.ts';

/** One request as it goes over the wire. */
export interface Outgoing {
  url: URL;
  method: string;
  /** By name in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | null;
}

const REDIRECTS = [301, 302, 303, 307, 308];
/** What may be told to an origin that was not meant: anything else may be, or hold, a secret. */
const HARMLESS = ['accept', 'accept-encoding', 'accept-language', 'traceparent', 'user-agent'];

/** Whether an answer of this status and Location sends elsewhere. */
export function isRedirect(status: number, location: unknown): location is string {
  return REDIRECTS.includes(status) && typeof location === 'string' && location !== '';
}

/**
 * The request that follows a redirect, as the Fetch standard has it (HTTP-redirect fetch), but for two
 * things: another origin is told no header that could be a secret, and never the body.
 * @throws EgressError `REDIRECT_REFUSED` where the body would go to another origin.
 */
export function redirected(from: Outgoing, status: number, url: URL): Outgoing {
  const { headers, body } = from;
  const becomesGet =
    (status === 303 && from.method !== 'HEAD') ||
    ((status === 301 || status === 302) && from.method === 'POST');
  const keptBody = becomesGet ? null : body;
  const isSameOrigin = url.origin === from.url.origin;
  if (!isSameOrigin && keptBody !== null) {
    throw new EgressError(
      'REDIRECT_REFUSED',
      `${from.url.host} answered ${status} and sends to ${url.host}: the body is not sent to another origin. Call that address itself.`,
    );
  }
  const kept = Object.entries(headers).filter(
    ([name]) =>
      (isSameOrigin || HARMLESS.includes(name)) &&
      (keptBody !== null || body === null || !name.startsWith('content-')),
  );
  return {
    url,
    method: becomesGet ? 'GET' : from.method,
    headers: Object.fromEntries(kept),
    body: keptBody,
  };
}
