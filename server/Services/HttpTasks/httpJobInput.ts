import { createHash } from 'node:crypto';
import type { Allowance } from '../../config/egressAllowance.ts';
import { SECRET_KEY } from '../../config/secretShapes.ts';
import { AppError } from '../../errors/AppError.ts';
import type { HttpJobDoc, HttpJobHeader } from '../../models/HttpJobModel.ts';
import { givenTarget } from '../Egress/givenTarget.ts';
import { newSigningSecret } from '../Outbound/standardWebhooks.ts';
import type { SecretBox } from '../Secrets/secretBox.ts';
import { HEADER_SECRET, HIDDEN, SIGNING_SECRET } from './outgoingCall.ts';

/** What is asked to be called, in the field names of the REST interface. */
export interface HttpJobInput {
  name?: string | undefined;
  api_url: string;
  method?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
  /** Headers whose values are secret besides those whose names say so. */
  secret_headers?: readonly string[] | undefined;
  body?: unknown;
  timeout?: number | undefined;
  max_retry_count?: number | undefined;
  max_duration?: number | null | undefined;
  retry_on?: readonly number[] | null | undefined;
  schedule?: string | null | undefined;
  timezone?: string | undefined;
  overlap?: 'skip' | 'queue' | 'allow' | undefined;
  enabled?: boolean | undefined;
  /** true makes a secret; one or two secrets are taken as they are; false signs no more. */
  signing?: boolean | readonly string[] | undefined;
}

export interface HttpJobDefaults {
  timeoutSeconds: number;
  maxRetryCount: number;
  allowance: Allowance;
  secrets: SecretBox;
}

export type HttpJobFields = Omit<
  HttpJobDoc,
  | '_id'
  | 'oneOff'
  | 'way'
  | 'fingerprint'
  | 'lookAt'
  | 'createdAt'
  | 'updatedAt'
  | 'expiresAt'
  | 'disabledReason'
>;

const ALSO_SECRET = /auth|session|signature|(^|-)key(-|$)/i;
/** What the client itself says, or what would change how the message is read. */
const NOT_TO_BE_SET = [
  'connection',
  'content-length',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'traceparent',
  'transfer-encoding',
  'upgrade',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
  'x-hourwork-job-id',
];
const LIKE_A_HEADER = /^[!#$%&'*+.^_`|~\da-z-]{1,100}$/;

/**
 * Makes of a request what is stored. Secret headers and signing secrets are sealed; a header that is given
 * as it was shown (`***`) keeps its value.
 * @returns the fields, and the signing secret if one was made: it is shown this once.
 * @throws AppError `VALIDATION_FAILED` for an address that may not be called, a header that may not be
 * set, or too long a timeout.
 */
export function httpJobFields(
  input: HttpJobInput,
  { timeoutSeconds, maxRetryCount, allowance, secrets }: HttpJobDefaults,
  before?: HttpJobFields,
): { fields: HttpJobFields; madeSecret: string | null } {
  const url = givenTarget('api_url', input.api_url, allowance);
  const timeout = input.timeout ?? timeoutSeconds;
  if (timeout > timeoutSeconds) {
    throw new AppError(
      'VALIDATION_FAILED',
      `timeout is at most ${timeoutSeconds} s here (WORKER_HTTP_TIMEOUT).`,
    );
  }
  const method = input.method ?? (input.body === undefined || input.body === null ? 'GET' : 'POST');
  const body = bodyOf(input.body);
  if (body !== null && (method === 'GET' || method === 'HEAD')) {
    throw new AppError('VALIDATION_FAILED', `A ${method} has no body.`);
  }
  const madeSecret =
    input.signing === true && !before?.signingSecrets.length ? newSigningSecret() : null;
  return {
    fields: {
      name: input.name ?? `${method} ${url.host}`,
      apiUrl: url.href,
      method,
      // What was given for one host is not told to another by a change of the address.
      headers: headersOf(input, secrets, before?.destination === url.host ? before.headers : []),
      body,
      timeoutSeconds: timeout,
      maxRetryCount: input.max_retry_count ?? maxRetryCount,
      maxDurationSeconds: input.max_duration ?? null,
      retryOn: input.retry_on ? [...input.retry_on] : null,
      schedule: input.schedule ?? null,
      timezone: input.timezone ?? 'UTC',
      overlap: input.overlap ?? 'skip',
      enabled: input.enabled ?? true,
      signingSecrets: signingOf(input.signing, madeSecret, before, secrets),
      destination: url.host,
    },
    madeSecret,
  };
}

function bodyOf(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function headersOf(
  { headers = {}, secret_headers = [] }: HttpJobInput,
  secrets: SecretBox,
  before: readonly HttpJobHeader[],
): HttpJobHeader[] {
  const secretNames = secret_headers.map((name) => name.toLowerCase());
  return Object.entries(headers).map(([given, value]) => {
    const name = given.toLowerCase();
    if (!LIKE_A_HEADER.test(name) || NOT_TO_BE_SET.includes(name)) {
      throw new AppError('VALIDATION_FAILED', `headers: ${name.slice(0, 100)} cannot be set.`);
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new AppError('VALIDATION_FAILED', `headers: the value of ${name} cannot be sent.`);
    }
    if (value === HIDDEN) {
      const kept = before.find((header) => header.name === name && header.secret);
      if (kept !== undefined) return kept;
      throw new AppError(
        'VALIDATION_FAILED',
        `headers: give the value of ${name} itself; what was kept is not sent to another host.`,
      );
    }
    const secret = secretNames.includes(name) || SECRET_KEY.test(name) || ALSO_SECRET.test(name);
    return { name, value: secret ? secrets.seal(value, HEADER_SECRET) : value, secret };
  });
}

function signingOf(
  signing: HttpJobInput['signing'],
  madeSecret: string | null,
  before: HttpJobFields | undefined,
  secrets: SecretBox,
): string[] {
  if (signing === undefined || signing === true) {
    if (madeSecret === null) return before?.signingSecrets ?? [];
    return [secrets.seal(madeSecret, SIGNING_SECRET)];
  }
  if (signing === false) return [];
  return signing.map((secret) => secrets.seal(secret, SIGNING_SECRET));
}

/** Tells a request that comes again from another one under the same idempotency key. */
export function fingerprintOf(input: unknown): string {
  const sorted = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(input, sorted)).digest('hex');
}
