import { connect } from 'node:net';

/** A request as its bytes go out: nothing is normalised, encoded or refused on this side. */
export interface Attack {
  method?: string;
  /** The request's target as it stands in its first line. */
  target: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

export interface Received {
  /** 0 when the server ended the connection without a word. */
  status: number;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  body: string;
  /** From the first byte sent to the end of the answer. */
  ms: number;
}

/** Longer than any answer may take. */
const HANGS_AFTER_MS = 15_000;
const STREAM_CHUNKS = 10;
const OCTET = 256;

const octet = () => Math.floor(Math.random() * OCTET);

/** Each request comes from another client, as TRUST_PROXY=1 lets it say: no limit hides an answer. */
export const anotherAddress = () => `10.${octet()}.${octet()}.${octet()}`;

/** The bytes of a request; its body is JSON, unless `headers` say otherwise. */
export function bytesOf({ method = 'GET', target, headers = {}, body }: Attack): Buffer {
  const content = body === undefined ? undefined : Buffer.from(body);
  const all: Record<string, string> = {
    Host: '127.0.0.1',
    Connection: 'close',
    'X-Forwarded-For': anotherAddress(),
    ...(content && { 'Content-Type': 'application/json', 'Content-Length': `${content.length}` }),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `${method} ${target} HTTP/1.1\r\n${head.join('')}\r\n`;
  return Buffer.concat([Buffer.from(text), content ?? Buffer.alloc(0)]);
}

/** Whether the first event of a stream is there, which need not end by itself. */
function hasEvent(chunks: readonly Buffer[]): boolean {
  const text = Buffer.concat(chunks).toString();
  return /^content-type: text\/event-stream/im.test(text) && /^data: .*\n\n/m.test(text);
}

/** Sends it on a connection of its own, and reads until the server ends that, of a stream its first event. */
export function send(port: number, attack: Attack): Promise<Received> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.write(bytesOf(attack)));
    const hung = setTimeout(() => {
      reject(new Error(`${attack.method ?? 'GET'} ${attack.target.slice(0, 200)} hung.`));
      socket.destroy();
    }, HANGS_AFTER_MS);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // An answer of many parts is no stream's first event.
      if (chunks.length < STREAM_CHUNKS && hasEvent(chunks)) socket.destroy();
    });
    // Whoever still sends while the server ends the connection is told so by an error.
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearTimeout(hung);
      resolve({ ...parsed(Buffer.concat(chunks).toString()), ms: performance.now() - began });
    });
  });
}

/** The last answer: those before it only ask the client to go on (100). */
function parsed(all: string): Omit<Received, 'ms'> {
  const text = all.replace(/^(?:HTTP\/1\.1 1\d\d [^\r]*\r\n\r\n)+/, '');
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [name = '', ...value] = line.split(':');
    return [name.toLowerCase(), value.join(':').trim()];
  });
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers: new Map(headers),
    body: end < 0 ? '' : text.slice(end + 4),
  };
}
