import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { SLOW, useAttackedApi } from './attackedApi.ts';
import { anotherAddress, bytesOf } from './send.ts';

const api = await useAttackedApi();

const MB = 1_048_576;
const RUNS = '/app/job-status/runs';
const LOGIN = '/app/auth/login';
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Bodies of an accepted size, each a shape that some parser or schema has once been slow at. */
const SHAPES: Readonly<Record<string, () => string>> = {
  'arrays within arrays': () => '['.repeat(MB / 2) + ']'.repeat(MB / 2 - 1),
  'arrays that are never closed': () => '['.repeat(MB - 1),
  'objects within objects': () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'many keys': () => JSON.stringify(Object.fromEntries(numbers(60_000).map((n) => [`k${n}`, n]))),
  'one long key': () => JSON.stringify({ ['k'.repeat(MB - 20)]: 1 }),
  'one long text': () => JSON.stringify({ asOf: '9'.repeat(MB - 20) }),
  'one long number': () => `{"asOf":${'9'.repeat(MB - 20)}}`,
  'many users, none known': () => JSON.stringify({ userIds: numbers(10_000).map((n) => `x-${n}`) }),
  'many users, all one': () => JSON.stringify({ userIds: numbers(10_000).map(() => 'own') }),
  'many users of the wrong type': () => JSON.stringify({ userIds: numbers(200_000) }),
  'an e-mail that no pattern ends on': () =>
    JSON.stringify({ email: `${'a'.repeat(500_000)}@${'a.'.repeat(200_000)}`, password: 'x' }),
  'a password of a megabyte': () =>
    JSON.stringify({ email: 'admin@example.com', password: 'x'.repeat(MB - 100) }),
  blanks: () => ' '.repeat(MB),
  escapes: () => `{"asOf":"${'\\u0000'.repeat(170_000)}"}`,
};

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

it.each(Object.entries(SHAPES))('a large body is refused or done: %s', async (_shape, make) => {
  const body = make();
  for (const target of [
    RUNS,
    LOGIN,
    '/app/job-status/failed/retry',
    '/app/queues/user-data/pause',
  ]) {
    const { status } = await api.attack({ method: 'POST', target, body }, 'admin');
    expect([202, 400, 413], target).toContain(status);
  }
});

it('one that is too large is refused on every route, be it sent or only announced', async () => {
  const large = 'x'.repeat(MB + 1);
  for (const { method, path } of api.operations) {
    const target = path.replaceAll(/\{\w+\}/g, 'x');
    const sent = await api.attack({ method, target, body: large }, 'admin');
    // Cut off while it still sends, a client may see no answer at all.
    expect([413, 0], `${method} ${path}`).toContain(sent.status);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '10737418240' };
    const announced = await api.attack({ method, target, headers }, 'admin');
    expect(announced.status, `${method} ${path}`).toBe(413);
  }
});

it('one that is small only while it is packed', async () => {
  const bomb = gzipSync(Buffer.alloc(200 * MB, ' '));
  expect(bomb.length).toBeLessThan(MB);
  const headers = { 'Content-Encoding': 'gzip' };
  for (const target of [RUNS, LOGIN]) {
    const attack = { method: 'POST', target, headers, body: bomb };
    expect([413, 415]).toContain((await api.attack(attack, 'admin')).status);
  }
});

it('long targets, many parameters, many and long headers', async () => {
  const many = (count: number, length: number) =>
    Object.fromEntries(numbers(count).map((n) => [`X-H${n}`, 'x'.repeat(length)]));
  const targets = [
    `/${'a'.repeat(15_000)}`,
    `/${'a/'.repeat(7_000)}`,
    `${RUNS}?${'a=1&'.repeat(3_500)}`,
    `${RUNS}?${'a[b]'.repeat(3_500)}=1`,
    `${RUNS}?${'a[]=1&'.repeat(2_400)}`,
    `${RUNS}?a${'[b]'.repeat(4_500)}=1`,
    `${RUNS}/${'%00'.repeat(4_000)}`,
  ];
  for (const target of targets) {
    expect((await api.attack({ target }, 'admin')).status).toBeGreaterThanOrEqual(400);
  }
  expect((await api.attack({ target: `/${'a'.repeat(70_000)}` }, 'admin')).status).toBe(431);
  for (const headers of [many(1_000, 1), many(1_500, 1), many(10, 1_000), many(1, 14_000)]) {
    expect([200, 431]).toContain((await api.attack({ target: RUNS, headers }, 'admin')).status);
  }
  expect((await api.attack({ target: RUNS, headers: many(3, 8_000) }, 'admin')).status).toBe(431);
  const cookies = { Cookie: 'a=b; '.repeat(2_500) };
  expect((await api.attack({ target: RUNS, headers: cookies }, 'admin')).status).toBe(200);
});

/** Opens a connection and sends it the beginning of something. */
function begin(bytes: string | Buffer): Socket {
  const socket = connect(api.port, '127.0.0.1');
  // The server may well have enough of it first.
  socket.on('error', () => undefined);
  socket.write(bytes);
  sockets.push(socket);
  return socket;
}

it('clients that send slowly, or stop midway, hold up nobody else', async () => {
  const head = (rest: string) => `POST ${LOGIN} HTTP/1.1\r\nHost: x\r\n${rest}`;
  const from = () =>
    `X-Forwarded-For: ${anotherAddress()}\r\nX-Request-Id: ${SLOW}${Math.random().toString(36).slice(2)}\r\n`;
  const type = 'Content-Type: application/json\r\n';
  const slow = [
    ...numbers(100).map(() => begin('GET /')),
    ...numbers(100).map(() => begin(head('X-Slow: '))),
    ...numbers(100).map(() => begin(head(`${from()}${type}Content-Length: 1000\r\n\r\n{`))),
    ...numbers(100).map(() => begin(head(`${from()}${type}Transfer-Encoding: chunked\r\n\r\n1;x`))),
  ];
  const others: number[] = [];
  for (const _round of numbers(20)) {
    for (const socket of slow) if (socket.writable) socket.write('1');
    const { status, ms } = await api.attack({ target: RUNS }, 'admin');
    expect(status).toBe(200);
    others.push(ms);
    await delay(50);
  }
  console.log(
    `beside 400 slow clients the others waited ${Math.round(Math.max(...others))} ms at most`,
  );
  // Else it was not beside them that the others were served.
  expect(slow.filter(({ destroyed }) => !destroyed).length).toBeGreaterThanOrEqual(200);
});

it('a client that sends its body byte by byte is served', async () => {
  const attack = {
    method: 'POST',
    target: RUNS,
    headers: { Authorization: `Bearer ${api.tokens.admin}`, 'X-Request-Id': `${SLOW}bytes` },
    body: '{"userIds":["no-such-user"]}',
  };
  const bytes = bytesOf(attack);
  const socket = begin('');
  const answered = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.once('close', () => resolve(text));
  });
  for (const byte of bytes) {
    socket.write(Buffer.of(byte));
    await delay(2);
  }
  expect(await answered).toMatch(/^HTTP\/1\.1 400 /);
});

it('many requests on one connection, before the first is answered', async () => {
  // Each waits for those before it, as its client wants it.
  const one = `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${SLOW}row\r\n\r\n`;
  const socket = begin(one.repeat(500));
  let text = '';
  await new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      text += data;
      if (text.split('HTTP/1.1 200 ').length > 500) resolve();
    });
    socket.once('close', resolve);
  });
  expect(text.split('HTTP/1.1 200 ')).toHaveLength(501);
});

it('what is no HTTP at all', async () => {
  const nonsense = [
    '\x16\x03\x01\x02\0',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET /\r\n\r\n',
    '\0'.repeat(9_000),
  ];
  for (const bytes of nonsense) {
    const socket = begin(Buffer.from(bytes, 'latin1'));
    await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
  }
  expect((await api.attack({ target: RUNS }, 'admin')).status).toBe(200);
});
