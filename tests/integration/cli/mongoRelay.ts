import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { mongo } from 'mongoose';

/** The opcode of OP_MSG, in which a driver sends each command. */
const MESSAGE = 2013;
const HEADER_BYTES = 16;
const BODY_AT = HEADER_BYTES + 5;

export interface MongoRelay {
  /** In the place of the server's own. */
  readonly uri: string;
  close(): Promise<void>;
}

/**
 * A relay before MongoDB that is asked about each command, such as `insert users`, before it goes on.
 * Nothing that comes after one that is held reaches the server.
 */
export async function openMongoRelay(
  target: URL,
  goesOn: (command: string) => Promise<boolean>,
): Promise<MongoRelay> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const service = connect({ host: target.hostname, port: Number(target.port) });
    for (const socket of [client, service]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    service.on('data', (data) => client.write(data));
    service.on('close', () => client.destroy());
    client.on('close', () => service.destroy());
    let held = Buffer.alloc(0);
    let passing: Promise<boolean> = Promise.resolve(true);
    client.on('data', (data) => {
      held = Buffer.concat([held, data]);
      for (let message = firstOf(held); message !== null; message = firstOf(held)) {
        held = held.subarray(message.length);
        const sent = message;
        passing = passing.then(async (open) => {
          if (!open || !(await goesOn(commandOf(sent)))) return false;
          return service.write(sent) || true;
        });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first message that has come whole. */
function firstOf(bytes: Buffer): Buffer | null {
  if (bytes.length < HEADER_BYTES) return null;
  const length = bytes.readInt32LE(0);
  return bytes.length < length ? null : bytes.subarray(0, length);
}

function commandOf(message: Buffer): string {
  if (message.readInt32LE(12) !== MESSAGE) return '';
  const [[name, value] = []] = Object.entries(
    mongo.BSON.deserialize(message.subarray(BODY_AT), { allowObjectSmallerThanBufferSize: true }),
  );
  return `${name} ${value}`;
}
