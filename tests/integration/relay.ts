import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay before a real service, to take that service away from one test alone. */
export interface Relay {
  readonly port: number;
  /** Connections stay open and new ones are taken, but nothing comes through. */
  freeze(): void;
  /** The connections there are go dark for good, as when packets are dropped; new ones work. */
  darken(): void;
  /** All connections break, and new ones are refused. */
  cut(): Promise<void>;
  /** Everything comes through again, on the same port. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a relay to the service at this address.
 * @param pass what reaches the service of the data that are sent to it.
 */
export async function openRelay(
  target: { host: string; port: number },
  pass: (data: Buffer) => Buffer = (data) => data,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const dark = new Set<Socket>();
  let frozen = false;

  function relay(from: Socket, to: Socket, through = (data: Buffer) => data): void {
    sockets.add(from);
    if (frozen) from.pause();
    from.on('error', () => undefined);
    from.on('data', (data) => to.write(through(data)));
    from.on('close', () => {
      sockets.delete(from);
      dark.delete(from);
      to.destroy();
    });
  }

  const server = createServer((client) => {
    const service = connect(target);
    relay(client, service, pass);
    relay(service, client);
  });

  async function listen(port: number): Promise<number> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  async function cut(): Promise<void> {
    for (const socket of [...sockets, ...dark]) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  }

  const port = await listen(0);
  return {
    port,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    darken() {
      for (const socket of sockets) dark.add(socket.pause());
      sockets.clear();
    },
    cut,
    async restore() {
      frozen = false;
      for (const socket of sockets) socket.resume();
      if (!server.listening) await listen(port);
    },
    close: cut,
  };
}
