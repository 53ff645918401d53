import { createHash, randomBytes } from 'node:crypto';
import type { HttpJobDoc } from '../../models/HttpJobModel.ts';
import { signatureHeaders, signingKeyOf } from '../Outbound/standardWebhooks.ts';
import type { SecretBox } from '../Secrets/secretBox.ts';

/** What a secret is sealed for. */
export const HEADER_SECRET = 'http-job-header';
export const SIGNING_SECRET = 'http-job-signing';
/** What stands in a secret's place wherever people look. */
export const HIDDEN = '***';

type Called = Pick<HttpJobDoc, 'apiUrl' | 'method' | 'headers' | 'body' | 'signingSecrets'>;

/** A call as it goes out. */
export interface OutgoingCall {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/**
 * Makes the call of a job. `idempotencyKey` is the same for all attempts of one execution; so is the
 * trace (W3C Trace Context), of which each attempt is a span of its own.
 */
export function outgoingCall(
  job: Called,
  { jobId, at, secrets }: { jobId: string; at: number; secrets: Pick<SecretBox, 'open'> },
): OutgoingCall {
  const keys = job.signingSecrets.map((sealed) =>
    signingKeyOf(secrets.open(sealed, SIGNING_SECRET)),
  );
  const given = job.headers.map(({ name, value, secret }) => [
    name,
    secret ? secrets.open(value, HEADER_SECRET) : value,
  ]);
  const trace = createHash('sha256').update(jobId).digest('hex').slice(0, 32);
  return {
    method: job.method,
    url: job.apiUrl,
    headers: {
      ...(job.body === null ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(given),
      'idempotency-key': jobId,
      'x-hourwork-job-id': jobId,
      traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01`,
      ...signatureHeaders(keys, { id: jobId, at, body: job.body ?? '' }),
    },
    body: job.body,
  };
}

/** The same for people's eyes: secret headers are hidden. */
export function shownCall(job: Called, options: Parameters<typeof outgoingCall>[1]): OutgoingCall {
  const call = outgoingCall(job, options);
  const hidden = job.headers.filter(({ secret }) => secret).map(({ name }) => [name, HIDDEN]);
  return { ...call, headers: { ...call.headers, ...Object.fromEntries(hidden) } };
}
