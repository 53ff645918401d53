import { z } from 'zod';
import { openConfigured } from '../Egress/configuredAddress.ts';

/** How the Cloud API is reached. */
export interface CloudApiSettings {
  /** With the version: https://graph.facebook.com/v23.0. */
  readonly baseUrl: string;
  readonly phoneNumberId: string;
  readonly token: string;
}

/** A message as it is sent: free text, or a template with its parameters in order. */
export type Content =
  | { readonly text: string }
  | {
      readonly template: {
        readonly name: string;
        readonly language: string;
        readonly parameters: readonly string[];
      };
    };

/** What the API answered; of one that gave no answer nobody knows whether it sent the message. */
export type SendAnswer =
  | { readonly sent: true; readonly providerId: string }
  | {
      readonly sent: false;
      readonly code: number;
      readonly status: number;
      readonly message: string;
    };

export interface CloudApi {
  /**
   * Sends a message to a number in digits. `reference` comes back with its delivery states.
   * @throws EgressError when there is no answer.
   */
  send(to: string, content: Content, reference: string, signal: AbortSignal): Promise<SendAnswer>;
}

const TIMEOUT_MS = 15_000;
const NO_CODE = -1;

const sentAnswer = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });
const errorAnswer = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

/**
 * A client of the WhatsApp Cloud API's messages, as Meta documents them
 * (developers.facebook.com/docs/whatsapp/cloud-api/reference/messages).
 */
export function createCloudApi({ baseUrl, phoneNumberId, token }: CloudApiSettings): CloudApi {
  const call = openConfigured(baseUrl);
  const address = `${baseUrl}/${encodeURIComponent(phoneNumberId)}/messages`;
  return {
    async send(to, content, reference, signal) {
      const answer = await call({
        url: address,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ messaging_product: 'whatsapp', recipient_type: 'individual', to },
          ...bodyOf(content),
          biz_opaque_callback_data: reference,
        }),
        timeoutMs: TIMEOUT_MS,
        signal,
      });
      const body = jsonIn(answer.body);
      const sent = sentAnswer.safeParse(body);
      const [message] = sent.data?.messages ?? [];
      if (answer.ok && message !== undefined) return { sent: true, providerId: message.id };
      const failed = errorAnswer.safeParse(body).data?.error;
      return {
        sent: false,
        code: failed?.code ?? NO_CODE,
        status: answer.status,
        message: failed?.message ?? `The API answered ${answer.status}.`,
      };
    },
  };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

function bodyOf(content: Content): Record<string, unknown> {
  if ('text' in content) return { type: 'text', text: { preview_url: false, body: content.text } };
  const { name, language, parameters } = content.template;
  return {
    type: 'template',
    template: {
      name,
      language: { code: language },
      components: [
        { type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) },
      ],
    },
  };
}
