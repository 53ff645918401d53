import { once } from 'node:events';
import { request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineRoute } from '../../routes/route.ts';
import { readRequest } from './readRequest.ts';

const route = defineRoute({
  method: 'post',
  path: '/',
  tag: 'Test',
  summary: 'Of all, or of those named',
  guard: 'anyone',
  body: z.strictObject({ only: z.string().optional() }),
  responses: { 202: z.object({}) },
  handle: (): Promise<never> => Promise.reject(new Error('not called')),
});

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Serves readRequest, after `first`. @returns the port, and what it came to. */
async function reading(first: (request: express.Request) => Promise<unknown>) {
  const app = express();
  const outcome = new Promise<unknown>((resolve, reject) => {
    app.post('/', async (request, response) => {
      await first(request);
      await readRequest(route, request, response).then(({ body }) => resolve(body), reject);
      response.end();
    });
  });
  outcome.catch(() => undefined);
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, outcome };
}

async function post(port: number, text: string | undefined, json = true) {
  const headers = json ? { 'content-type': 'application/json' } : {};
  const sending = send({ host: '127.0.0.1', port, method: 'POST', headers, agent: false });
  sending.on('error', () => undefined);
  sending.end(text);
  await once(sending, 'finish');
  return sending;
}

it('never takes the request of a client that has left for one without a body', async () => {
  const { port, outcome } = await reading((request) => once(request.socket, 'close'));
  (await post(port, '{"only":"this one"}')).destroy();
  await expect(outcome).rejects.toThrow('The client left before its request was read.');
});

it.each([
  ['the body that was sent', '{"only":"this one"}', true, { only: 'this one' }],
  ['nothing where none was sent', undefined, false, {}],
  ['nothing where none was sent, though of JSON', undefined, true, {}],
])('reads %s', async (_what, text, json, body) => {
  const { port, outcome } = await reading(async () => undefined);
  await post(port, text, json);
  expect(await outcome).toEqual(body);
});
