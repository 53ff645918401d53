import { startLocalServer } from '../localServer.ts';

/** What the double was asked to send. */
export interface SentMessage {
  to: string;
  type: 'text' | 'template';
  text: string | undefined;
  template: string | undefined;
  reference: string;
  token: string | undefined;
}

/** The Cloud API's messages as Meta documents them, on this machine. */
export interface CloudApiDouble {
  readonly url: string;
  readonly sent: SentMessage[];
  /** The next requests are answered by these errors, one each. */
  failNext(...errors: readonly { code: number; status: number }[]): void;
  /** The next message is sent, and its sender hears nothing. */
  hangUpOnNext(): void;
  stop(): Promise<void>;
}

/**
 * Starts it; `/<phone number id>/messages` under its address takes messages.
 * @param whenSent told of each message, under its own id and the sender's reference.
 */
export async function startCloudApiDouble(
  whenSent: (message: { id: string; reference: string }) => void = () => undefined,
): Promise<CloudApiDouble> {
  const sent: SentMessage[] = [];
  const errors: { code: number; status: number }[] = [];
  let hangsUp = false;
  const { url, stop } = await startLocalServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = JSON.parse(text);
    const isMessage = request.method === 'POST' && request.url === '/4711/messages';
    if (!isMessage || body.messaging_product !== 'whatsapp') {
      response.writeHead(404).end('{}');
      return;
    }
    const error = errors.shift();
    if (error !== undefined) {
      const problem = { error: { code: error.code, message: `(#${error.code}) refused` } };
      response.writeHead(error.status).end(JSON.stringify(problem));
      return;
    }
    sent.push({
      ...{ to: body.to, type: body.type, text: body.text?.body, template: body.template?.name },
      reference: body.biz_opaque_callback_data,
      token: request.headers.authorization,
    });
    const id = `wamid.${sent.length}`;
    whenSent({ id, reference: body.biz_opaque_callback_data });
    if (hangsUp) {
      hangsUp = false;
      response.destroy();
      return;
    }
    response.writeHead(200).end(JSON.stringify({ messages: [{ id }] }));
  });
  return {
    url,
    sent,
    failNext: (...next) => void errors.push(...next),
    hangUpOnNext: () => {
      hangsUp = true;
    },
    stop,
  };
}
