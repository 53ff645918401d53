import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import './mongoConn.ts';

interface Connection {
  command(ns: { db: string }, command: object, options: object): Promise<unknown>;
}
/** As the driver's pool makes them. */
const driver = createRequire(createRequire(import.meta.url).resolve('mongoose'));
const { Connection } = driver('mongodb/lib/cmap/connection.js') as {
  Connection: new (socket: Socket, options: object) => Connection;
};

const server = createServer((socket) => socket.resume());
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});

it('an operation on a socket that is about to say that it closed fails, and does not wait for ever', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const connection = new Connection(socket, { id: 1, hostAddress: {}, monitorCommands: false });
  socket.destroy();
  await expect(connection.command({ db: 'x' }, { ping: 1 }, {})).rejects.toThrow(
    'connection 1 to 127.0.0.1',
  );
});
