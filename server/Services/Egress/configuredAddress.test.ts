import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openConfigured } from './configuredAddress.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the way to an address that a setting names', () => {
  it('reaches it where it is private, and nothing else', async () => {
    const address = await serve((request, response) => response.end(`${request.method} here`));
    const other = await serve((_request, response) => response.end('there'));
    const call = openConfigured(`${address}/base`);
    const answer = await call({ url: `${address}/base/a`, method: 'POST', timeoutMs: 5_000 });
    expect(answer).toMatchObject({ status: 200, ok: true });
    expect(answer.body.toString()).toBe('POST here');
    for (const url of [other, 'http://93.184.215.14/']) {
      await expect(call({ url, timeoutMs: 5_000 })).rejects.toMatchObject({
        code: 'ADDRESS_REFUSED',
      });
    }
  });

  it('follows no redirect', async () => {
    let told = 0;
    const address = await serve((request, response) => {
      told += 1;
      response.writeHead(request.url === '/' ? 307 : 200, { location: '/moved' }).end();
    });
    const answer = await openConfigured(address)({ url: address, timeoutMs: 5_000 });
    expect(answer).toMatchObject({ status: 307, ok: false });
    expect(told).toBe(1);
  });
});
