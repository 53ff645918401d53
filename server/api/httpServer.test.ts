import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type RequestListener } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { EnvironmentError } from '../config/env.ts';
import { type HttpServer, listen } from './httpServer.ts';

const HOST = '127.0.0.1';
const quiet = { info: vi.fn(), warn: vi.fn() };
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(0)));
});

async function serve(app: RequestListener): Promise<HttpServer> {
  const server = await listen(app, { host: HOST, port: 0, logger: quiet });
  servers.push(server);
  return server;
}

async function ask({ port }: HttpServer): Promise<{ answer: IncomingMessage; text: string }> {
  const request = get({ host: HOST, port, agent });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { answer, text };
}

/** An application whose answers wait until `finish` is called. */
function patientApp() {
  let finish: () => void = () => undefined;
  let took: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const taken = new Promise<void>((resolve) => {
    took = resolve;
  });
  const app: RequestListener = async (_request, response) => {
    took();
    await finished;
    response.end('done');
  };
  return { app, taken, finish };
}

it('answers on the port it says', async () => {
  const server = await serve((_request, response) => response.end('hello'));
  expect((await ask(server)).text).toBe('hello');
  expect(quiet.info).toHaveBeenCalledWith(`Listening on http://${HOST}:${server.port}`);
});

it('says what to do when the port is taken', async () => {
  const { port } = await serve(() => undefined);
  const second = listen(() => undefined, { host: HOST, port, logger: quiet });
  await expect(second).rejects.toThrow(EnvironmentError);
  await expect(second).rejects.toThrow(/is taken.*set PORT in \.env/);
});

it('says what to do when the address is not this machine’s', async () => {
  const foreign = listen(() => undefined, { host: '192.0.2.1', port: 0, logger: quiet });
  await expect(foreign).rejects.toThrow(/no address 192\.0\.2\.1.*Set HOST/);
});

it('lets a request in flight end before it has stopped, and tells the client to go', async () => {
  const { app, taken, finish } = patientApp();
  const server = await serve(app);
  const asked = ask(server);
  await taken;
  const stopped = vi.fn();
  const stopping = server.stop(5_000).then(stopped);
  await expect(ask(server)).rejects.toThrow(/ECONNREFUSED/);
  expect(stopped).not.toHaveBeenCalled();
  finish();
  const { answer, text } = await asked;
  expect(text).toBe('done');
  expect(answer.headers.connection).toBe('close');
  await stopping;
});

it('does not wait for idle connections', async () => {
  const server = await serve((_request, response) => response.end('hello'));
  await ask(server);
  const started = performance.now();
  await server.stop(5_000);
  expect(performance.now() - started).toBeLessThan(1_000);
});

it('answers what comes on an idle connection as it stops, and tells the client to go', async () => {
  const server = await serve((_request, response) => response.end('hello'));
  await ask(server);
  const stopping = server.stop(5_000);
  const { answer, text } = await ask(server);
  expect(text).toBe('hello');
  expect(answer.headers.connection).toBe('close');
  await stopping;
});

it('cuts a request that outlasts the deadline', async () => {
  const { app, taken } = patientApp();
  const server = await serve(app);
  const asked = expect(ask(server)).rejects.toThrow(/socket hang up|ECONNRESET/);
  await taken;
  await server.stop(50);
  await asked;
  expect(quiet.warn).toHaveBeenCalledWith('Requests still in flight were cut', { requests: 1 });
});
