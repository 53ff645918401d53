import { text } from 'node:stream/consumers';
import { startLocalServer } from '../localServer.ts';

/** One request as it came. */
export interface Received {
  path: string;
  headers: Record<string, unknown>;
  body: string;
}

/** A receiver of webhooks on this machine. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  stop(): Promise<void>;
}

/**
 * @param answer says the status for the nth request, from 1; 200 for all if absent
 * @param delayMs how long it takes over each
 */
export async function startReceiver(
  answer: (count: number) => number = () => 200,
  delayMs = 0,
): Promise<Receiver> {
  const received: Received[] = [];
  const { url, stop } = await startLocalServer(async (request, response) => {
    const body = await text(request);
    received.push({ path: request.url ?? '', headers: request.headers, body });
    const status = answer(received.length);
    setTimeout(() => response.writeHead(status).end(), delayMs);
  });
  return { url, received, stop };
}
