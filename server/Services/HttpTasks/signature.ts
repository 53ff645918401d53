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
  const { length } = bytesOf(text);
  return length >= LEAST_BYTES && length <= MOST_BYTES;
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

/**
 * The headers by which a receiver knows who sent a call and that it was not changed
 * (https://github.com/standard-webhooks/standard-webhooks, symmetric signatures): one signature for each
 * secret, so that a receiver may change from one to the next.
 * @param at epoch milliseconds
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, at, body }: { id: string; at: number; body: string },
): Record<string, string> {
  if (secrets.length === 0) return {};
  const timestamp = Math.floor(at / 1_000);
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', bytesOf(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
