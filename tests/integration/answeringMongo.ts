import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { mongo } from 'mongoose';

const { deserialize, serialize } = mongo.BSON;

/** Opcodes of MongoDB's wire protocol. */
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;

const greeting = () => ({
  ok: 1,
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
  localTime: new Date(),
});

/** A server that greets as MongoDB does and answers every command with what the test tells it to. */
export interface AnsweringMongo {
  readonly uri: string;
  /** What is answered to a command. */
  answer: (command: mongo.Document) => mongo.Document;
  close(): Promise<void>;
}

/** Opens one, for the real driver to talk to. */
export async function openAnsweringMongo(): Promise<AnsweringMongo> {
  const sockets = new Set<Socket>();
  let answer: AnsweringMongo['answer'] = () => ({ ok: 1 });

  function answerTo(message: Buffer): Buffer {
    const id = message.readInt32LE(4);
    if (message.readInt32LE(12) === OP_QUERY) {
      const counters = Buffer.alloc(20);
      counters.writeInt32LE(1, 16);
      return framed(OP_REPLY, id, [counters, serialize(greeting())]);
    }
    // Four bytes of flags and one of the section's kind precede the command.
    const length = message.readInt32LE(HEADER_BYTES + 5);
    const start = HEADER_BYTES + 5;
    const command = deserialize(message.subarray(start, start + length));
    const isGreeting = 'hello' in command || 'ismaster' in command;
    const reply = serialize(isGreeting ? greeting() : answer(command));
    return framed(OP_MSG, id, [Buffer.alloc(5), reply]);
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        socket.write(answerTo(received.subarray(0, length)));
        received = received.subarray(length);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    uri: `mongodb://127.0.0.1:${port}/any?directConnection=true`,
    get answer() {
      return answer;
    },
    set answer(next) {
      answer = next;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function framed(opcode: number, responseTo: number, parts: readonly Uint8Array[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(
    parts.reduce((sum, { length }) => sum + length, HEADER_BYTES),
    0,
  );
  header.writeInt32LE(responseTo, 8);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, ...parts]);
}
