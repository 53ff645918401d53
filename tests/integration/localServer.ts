import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on this machine. */
export interface LocalServer {
  readonly port: number;
  readonly url: string;
  /** Ends its connections too, whatever is on its way. */
  stop(): Promise<void>;
}

/** Starts it, on a free port unless one is named. */
export async function startLocalServer(answer: RequestListener, on = 0): Promise<LocalServer> {
  const server = createServer(answer).listen(on, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
