import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
/** As the Standard Webhooks specification allows them. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** A new secret to sign with. */
export function newSigningSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Whether a text is a secret in the form of Standard Webhooks. */
export function isSigningSecret(text: string): boolean {
  if (!/^whsec_[A-Za-z\d+/]+={0,2}$/.test(text)) return false;
  const { length } = signingKeyOf(text);
  return length >= LEAST_BYTES && length <= MOST_BYTES;
}

/** The bytes that a secret in this form stands for, and that calls are signed with. */
export function signingKeyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/**
 * The headers by which a receiver knows who sent a call and that it was not changed
 * (https://github.com/standard-webhooks/standard-webhooks, symmetric signatures): one signature for each
 * key, so that a receiver may change from one to the next. Without a key there is no signature.
 * @param at epoch milliseconds
 */
export function signatureHeaders(
  keys: readonly (string | Buffer)[],
  { id, at, body }: { id: string; at: number; body: string },
): Record<string, string> {
  if (keys.length === 0) return {};
  const timestamp = Math.floor(at / 1_000);
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

/**
 * A message in JSON, signed with a secret as it is. A receiver drops by the id what it has had.
 * @param at epoch milliseconds
 */
export function signedMessage(
  secret: string,
  { id, at, payload }: { id: string; at: number; payload: unknown },
): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(payload);
  return {
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signatureHeaders([secret], { id, at, body }),
    },
    body,
  };
}
