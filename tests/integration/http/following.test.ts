import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { type Harness, startHarness } from './harness.ts';
import { makeRun } from './records.ts';

let api: Harness;
let server: Server;
beforeAll(async () => {
  api = await startHarness();
  server = createServer(api.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.stop();
});

/** Begins to follow a run; the events come one by one, as they arrive. */
async function follow(runId: string) {
  const { port } = server.address() as AddressInfo;
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const answer = await fetch(`http://127.0.0.1:${port}/app/job-status/runs/${runId}/events`, {
    headers: { authorization: `Bearer ${api.tokens.viewer}` },
    signal: leaving.signal,
  });
  async function* events() {
    let text = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
        text = text.slice(end + 2);
        if (data !== undefined) yield JSON.parse(data) as Record<string, unknown>;
      }
    }
  }
  return { answer, events: events() };
}

it('tells how a run stands, then each change, and ends with the run', async () => {
  const runId = 'm-followed';
  await makeRun({ _id: runId });
  const { answer, events } = await follow(runId);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect((await events.next()).value).toMatchObject({ runId, status: 'running', finishedAt: null });

  await RunModel.updateOne({ _id: runId }, { $set: { warnings: ['It is late.'] } });
  expect((await events.next()).value).toMatchObject({ runId, warnings: ['It is late.'] });

  const finishedAt = new Date();
  await RunModel.updateOne({ _id: runId }, { $set: { status: 'completed', finishedAt } });
  expect((await events.next()).value).toMatchObject({
    status: 'completed',
    finishedAt: finishedAt.toISOString(),
  });
  expect((await events.next()).done).toBe(true);
});

it('is 404, as any other answer, for a run that is not there', async () => {
  const { answer } = await follow('m-nobody');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
});

it('ends when the process begins to stop, so that no stream holds it up', async () => {
  await makeRun({ _id: 'm-open' });
  const { events } = await follow('m-open');
  await events.next();
  const began = Date.now();
  api.beginToStop();
  expect((await events.next()).done).toBe(true);
  expect(Date.now() - began).toBeLessThan(1_000);
});
