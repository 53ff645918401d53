import type { CallConfigured } from '../Egress/configuredAddress.ts';
import { signedMessage } from './standardWebhooks.ts';

/** One message for a receiver of webhooks. */
export interface Webhook {
  url: string;
  /** Signs it, as it is: the receiver has the same. */
  secret: string;
  /** The same for every try: a receiver drops what it has had by it. */
  id: string;
  payload: unknown;
  signal: AbortSignal;
}

/** The receiver answered, and not with success. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
  readonly status: number;

  constructor(status: number) {
    super(`The webhook’s receiver answered ${status}.`);
    this.status = status;
  }
}

const TIMEOUT_MS = 15_000;

/**
 * Posts a message, signed as Standard Webhooks says.
 * Redirects are not followed. @returns the status, a success.
 * @throws WebhookRefused for another status; EgressError without an answer.
 */
export async function sendWebhook(
  call: CallConfigured,
  { url, secret, id, payload, signal }: Webhook,
): Promise<number> {
  const { status, ok } = await call({
    url,
    method: 'POST',
    ...signedMessage(secret, { id, at: Date.now(), payload }),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (!ok) throw new WebhookRefused(status);
  return status;
}
