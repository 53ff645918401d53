import { signatureHeaders } from './standardWebhooks.ts';

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

const ANSWER_MS = 15_000;

/**
 * Posts a message, signed as Standard Webhooks says.
 * Redirects are not followed. @returns the status, a success.
 * @throws WebhookRefused for another status; what `fetch` throws without an answer.
 */
export async function sendWebhook({ url, secret, id, payload, signal }: Webhook): Promise<number> {
  const body = JSON.stringify(payload);
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': id,
      ...signatureHeaders([secret], { id, at: Date.now(), body }),
    },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new WebhookRefused(response.status);
  return response.status;
}
