import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllowance } from '../../config/egressAllowance.ts';
import { createEgressClient, type EgressClient } from './egressClient.ts';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  ended.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

/** A server, with the requests that reached it. */
async function serve(answer: RequestListener): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const port = await listening(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      answer(request, response);
    }),
  );
  return { port, seen };
}

function client(
  allow: string,
  options: Partial<Parameters<typeof createEgressClient>[0]> = {},
): EgressClient {
  const made = createEgressClient({
    allowance: parseAllowance(allow),
    userAgent: 'test',
    ...options,
  });
  ended.push(made.close);
  return made;
}

const limits = { timeoutMs: 5_000, maxBytes: 10_000 };

describe('the guarded client', () => {
  it('sends what it is given, and answers with what came and how long it took', async () => {
    const { port } = await serve((request, response) => {
      request.setEncoding('utf8');
      request.once('data', (text) => {
        response.writeHead(201, { 'x-got': request.headers['x-one'] });
        response.end(`${request.method} ${text} ${request.headers['user-agent']}`);
      });
    });
    const { request } = client(`127.0.0.1:${port}`);
    const url = `http://127.0.0.1:${port}/a`;
    const answer = await request({
      ...{ url, method: 'POST', headers: { 'X-One': '1' }, body: 'text', ...limits },
    });
    expect(answer).toMatchObject({ status: 201, url, redirects: 0, cut: false, bytes: 14 });
    expect(answer.body.toString()).toBe('POST text test');
    expect(answer.headers['x-got']).toBe('1');
    expect(answer.certificateValidTo).toBeNull();
    const { queueMs, connectMs, firstByteMs, totalMs } = answer.timings;
    expect(queueMs + connectMs + firstByteMs).toBeLessThanOrEqual(totalMs + 2);
  });

  it('reaches no private address, by literal or by name', async () => {
    const { port, seen } = await serve((_request, response) => response.end('inside'));
    const { request } = client('');
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost']) {
      await expect(request({ url: `http://${host}:${port}/`, ...limits })).rejects.toMatchObject({
        code: 'ADDRESS_REFUSED',
        timings: { totalMs: expect.any(Number) },
      });
    }
    expect(seen).toEqual([]);
  });

  it('refuses a name of which one address is private', async () => {
    const { port, seen } = await serve((_request, response) => response.end('inside'));
    const resolve = async () => [
      { address: '1.1.1.1', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    const { request } = client('', { resolve });
    const refused = request({ url: `http://mixed.example:${port}/`, ...limits });
    await expect(refused).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    expect(seen).toEqual([]);
  });

  it('connects to the addresses that it has checked: a name that changes is resolved once', async () => {
    const { port, seen } = await serve((_request, response) => response.end('allowed'));
    let resolved = 0;
    const resolve = async () => {
      resolved += 1;
      return [{ address: resolved === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const { request } = client('127.0.0.1', { resolve });
    const url = `http://rebinding.example:${port}/`;
    expect((await request({ url, ...limits })).body.toString()).toBe('allowed');
    expect(resolved).toBe(1);
    expect(seen).toHaveLength(1);
    const again = client('127.0.0.1', { resolve });
    await expect(again.request({ url, ...limits })).rejects.toMatchObject({
      code: 'ADDRESS_REFUSED',
    });
    expect(seen).toHaveLength(1);
  });

  it('follows three redirects, and no fourth', async () => {
    const { port, seen } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) return response.end('there');
      response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const { request } = client('127.0.0.1');
    const answer = await request({ url: `http://127.0.0.1:${port}/3`, ...limits });
    expect(answer).toMatchObject({ status: 200, redirects: 3 });
    await expect(request({ url: `http://127.0.0.1:${port}/4`, ...limits })).rejects.toMatchObject({
      code: 'TOO_MANY_REDIRECTS',
    });
    expect(seen).toHaveLength(8);
  });

  it.each([
    'http://127.0.0.2/',
    'http://[::7f00:1]/',
    'file:///etc/passwd',
    '//0x7f.2/',
    'http://u:p@127.0.0.1/',
  ])('checks where a redirect leads: %s', async (location) => {
    const { port } = await serve((_request, response) => {
      response.writeHead(307, { location }).end();
    });
    const { request } = client(`127.0.0.1:${port}`);
    const call = request({ url: `http://127.0.0.1:${port}/`, ...limits });
    await expect(call).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });

  it('tells another origin no secret', async () => {
    const told: unknown[] = [];
    const other = await serve((request, response) => {
      told.push(request.headers);
      response.end();
    });
    const { port } = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${other.port}/` }).end();
    });
    const { request } = client('127.0.0.1');
    const headers = { authorization: 'Bearer abc', 'x-key': 'abc', 'webhook-signature': 'abc' };
    await request({ url: `http://127.0.0.1:${port}/`, headers, ...limits });
    expect(JSON.stringify(told)).not.toContain('abc');
  });

  it('cuts a body without end, and closes its connection', async () => {
    let closed: Promise<unknown> | undefined;
    const { port } = await serve((request, response) => {
      closed = new Promise((resolve) => request.socket.once('close', resolve));
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const { request } = client('127.0.0.1');
    const answer = await request({ url: `http://127.0.0.1:${port}/`, ...limits });
    expect(answer).toMatchObject({ status: 200, cut: true });
    expect(answer.body).toHaveLength(10_000);
    await closed;
  });

  it('keeps no more of a body than is wanted, and counts it all', async () => {
    const { port } = await serve((_request, response) => response.end('x'.repeat(5_000)));
    const { request } = client('127.0.0.1');
    const answer = await request({ url: `http://127.0.0.1:${port}/`, ...limits, keptBytes: 100 });
    expect(answer).toMatchObject({ bytes: 5_000, cut: false });
    expect(answer.body.toString()).toBe('x'.repeat(100));
  });

  it('ends a call that trickles, one without a head, and one that its caller ends', async () => {
    const silent = await listening(createTcpServer());
    const { port } = await serve((_request, response) => {
      const trickle = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(trickle));
    });
    const { request } = client('127.0.0.1');
    const short = { timeoutMs: 200, maxBytes: 10_000 };
    await expect(request({ url: `http://127.0.0.1:${port}/`, ...short })).rejects.toMatchObject({
      code: 'TIMEOUT',
      timings: { totalMs: expect.any(Number) },
    });
    await expect(
      request({ url: `http://127.0.0.1:${silent}/`, ...limits, headersTimeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'HEADERS_TIMEOUT' });
    const reason = new Error('not wanted any more');
    const given = AbortSignal.timeout(50);
    const own = new AbortController();
    given.addEventListener('abort', () => own.abort(reason));
    await expect(
      request({ url: `http://127.0.0.1:${silent}/`, ...limits, signal: own.signal }),
    ).rejects.toBe(reason);
  });

  it('names what went wrong', async () => {
    const resets = await listening(createTcpServer((socket) => void socket.resetAndDestroy()));
    const talks = await listening(
      createTcpServer((socket) => void socket.write('SSH-2.0-x\r\n\r\n')),
    );
    const plain = await serve((_request, response) => response.end());
    const closed = await listening(createTcpServer());
    await ended.pop()?.();
    const { request } = client('127.0.0.1');
    const codeOf = (url: string) =>
      request({ url, ...limits }).then(
        ({ status }) => status,
        (error) => error.code,
      );
    expect(await codeOf(`http://127.0.0.1:${resets}/`)).toBe('CONNECTION_LOST');
    expect(await codeOf(`http://127.0.0.1:${talks}/`)).toBe('PROTOCOL_ERROR');
    expect(await codeOf(`https://127.0.0.1:${plain.port}/`)).toBe('TLS_FAILED');
    expect(await codeOf(`http://127.0.0.1:${closed}/`)).toBe('CONNECT_FAILED');
    expect(await codeOf('http://no-such-name.invalid/')).toBe('DNS_FAILED');
    expect(await codeOf('http://a.b c/')).toBe('ADDRESS_REFUSED');
  });

  it('opens no more connections to an origin than it may', async () => {
    let open = 0;
    let most = 0;
    const { port } = await serve((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end();
      }, 20);
    });
    const { request } = client('127.0.0.1', { connectionsPerOrigin: 2 });
    const url = `http://127.0.0.1:${port}/`;
    const answers = await Promise.all(Array.from({ length: 8 }, () => request({ url, ...limits })));
    expect(most).toBe(2);
    expect(Math.max(...answers.map(({ timings }) => timings.queueMs))).toBeGreaterThan(30);
  });
});
