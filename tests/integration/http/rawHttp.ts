import { connect } from 'node:net';

/** What a raw connection came to. */
interface RawAnswer {
  /** All that the server sent. */
  text: string;
  /** The statuses in it, those of 100-continue too. */
  statuses: number[];
}

interface RawRequest {
  port: number;
  /** Each line but the last, empty one. */
  head: readonly string[];
  /** Sent when the server says the first word. */
  body?: string;
  /** Sent again and again, until the server ends the connection. */
  endlessly?: string;
}

const AGAIN_MS = 10;

/** Sends a request as it stands and reads until the server ends the connection. */
export function sendRaw({ port, head, body, endlessly }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let sending: NodeJS.Timeout | undefined;
    socket.on('data', (data) => {
      if (text === '' && body !== undefined) socket.write(body);
      text += data;
    });
    socket.once('connect', () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      if (endlessly === undefined) return;
      sending = setInterval(() => socket.write(endlessly), AGAIN_MS);
    });
    // Whoever still sends while the server ends the connection is told so by an error.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(sending);
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)];
      resolve({ text, statuses: statuses.map(([, status]) => Number(status)) });
    });
  });
}
