import type { Timings } from './timings.ts';

/** Why a call out into the world ended without a complete answer. */
export type EgressErrorCode =
  /** The address may not be called: private, of another protocol, or with credentials in it. */
  | 'ADDRESS_REFUSED'
  /** What was to be sent is no valid HTTP request. */
  | 'INVALID_REQUEST'
  | 'DNS_FAILED'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'TLS_FAILED'
  | 'HEADERS_TIMEOUT'
  | 'TIMEOUT'
  | 'CONNECTION_LOST'
  /** The other side does not speak HTTP. */
  | 'PROTOCOL_ERROR'
  | 'TOO_MANY_REDIRECTS'
  | 'REDIRECT_REFUSED';

/** A call that ended without a complete answer; the message is for people and holds no secret. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
  readonly code: EgressErrorCode;
  /** What was measured until then; null when nothing was tried. */
  timings: Timings | null = null;

  constructor(code: EgressErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Codes of Node and undici, by what they mean for a call. */
const CODES: readonly (readonly [RegExp, EgressErrorCode])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, 'DNS_FAILED'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'CONNECT_TIMEOUT'],
  [/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, 'CONNECT_FAILED'],
  [/^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/, 'TLS_FAILED'],
  [/^UND_ERR_HEADERS_TIMEOUT$/, 'HEADERS_TIMEOUT'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED)$/, 'CONNECTION_LOST'],
  [
    /^(HTTPParserError$|HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_|UND_ERR_RESPONSE)/,
    'PROTOCOL_ERROR',
  ],
  [/^(UND_ERR_INVALID_ARG|UND_ERR_REQ_CONTENT_LENGTH_MISMATCH|ERR_INVALID_)/, 'INVALID_REQUEST'],
];

/** What Node or undici throw, in the words of this folder. */
export function asEgressError(error: unknown, host: string): EgressError {
  if (error instanceof EgressError) return error;
  const { name, message, code = name } = error as NodeJS.ErrnoException;
  const [, known] = CODES.find(([pattern]) => pattern.test(code)) ?? [];
  return new EgressError(
    known ?? 'CONNECTION_LOST',
    `The call to ${host} failed: ${message || code}`,
    error,
  );
}
