import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { useDeployment } from '../e2e/deployment.ts';
import { startLocalServer } from '../integration/localServer.ts';
import { QUICK } from './faultSettings.ts';

const CALLS = 20;
const CALL_MS = 80_000;

/** A target that takes its time; by the key of a call, when it came. */
const came: string[] = [];
const target = await startLocalServer((request, response) => {
  const key = String(request.headers['idempotency-key']);
  const [, vice = ''] = request.url?.split('/') ?? [];
  const answer = VICES[vice]?.answer;
  if (answer !== undefined) return answer(request, response, key);
  came.push(key);
  setTimeout(() => response.end('at last'), CALL_MS);
});

/** Counts how often something that must not be reached was. */
let reached = 0;
const hidden = await startLocalServer((_request, response) => {
  reached += 1;
  response.end();
});

const askedToWait = new Set<string>();
type Vice = {
  answer: (request: IncomingMessage, response: ServerResponse, key: string) => void;
  ends: string;
};
/** What the target does, and how such a task ends. */
const VICES: Readonly<Record<string, Vice>> = {
  fine: { answer: (_request, response) => response.end('fine'), ends: 'completed' },
  slow: {
    answer: (_request, response) => setTimeout(() => response.end('slow'), 3_000),
    ends: 'completed',
  },
  date: {
    answer(_request, response, key) {
      if (askedToWait.has(key)) return response.end('now');
      askedToWait.add(key);
      const at = new Date(Date.now() + 2_000).toUTCString();
      return response.writeHead(429, { 'retry-after': at }).end();
    },
    ends: 'completed',
  },
  endless: {
    answer(_request, response) {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    },
    ends: 'completed',
  },
  private: {
    answer(_request, response) {
      response.writeHead(302, { location: `${hidden.url}/` }).end();
    },
    ends: 'ADDRESS_REFUSED',
  },
  missing: { answer: (_request, response) => response.writeHead(404).end(), ends: 'HTTP_404' },
  error: { answer: (_request, response) => response.writeHead(500).end(), ends: 'HTTP_500' },
  reset: {
    answer: (request) => void request.socket.resetAndDestroy(),
    ends: 'CONNECTION_LOST',
  },
};
afterAll(() => Promise.all([target.stop(), hidden.stop()]));

const deployment = useDeployment({
  users: 1,
  settings: {
    ...QUICK,
    EGRESS_ALLOW: `127.0.0.1:${target.port}`,
    HTTP_DESTINATION_RATE: '200',
    DATA_KEY: randomBytes(32).toString('hex'),
    // The HTTP tasks are left to worker-http, whose own setting names them.
    WORKER_QUEUES: 'user-data',
  },
});

beforeAll(async () => {
  const ecosystem = join(projectDir, 'ecosystem.config.js');
  await deployment.pm2.run('start', ecosystem, '--only', 'worker-http');
});

it('25 pm2 reload in the middle of twenty 80-second calls', async () => {
  const { pm2, api } = deployment;
  const ids: string[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const { status, body } = await api.post('/api/v1/http-tasks', {
      api_url: `${target.url}/${call}`,
    });
    expect(status).toBe(202);
    ids.push(String(body.id));
  }
  await waitUntil(async () => came.length === CALLS, { timeoutMs: 60_000, what: 'the calls' });

  const mark = await pm2.logMark();
  const [before] = await pm2.online('worker-http');
  const began = performance.now();
  await pm2.run('reload', 'worker');
  expect(performance.now() - began, 'a reload of the others').toBeLessThan(30_000);
  await pm2.run('reload', 'worker-http');
  const [after] = await pm2.online('worker-http');
  expect(after?.pid).not.toBe(before?.pid);
  expect(await pm2.log(mark)).not.toContain('SIGKILL');

  for (const id of ids) {
    const task = await waitUntil(
      async () => {
        const { body } = await api.get(`/api/v1/http-tasks/${id}`);
        return body.status === 'completed' && body;
      },
      { timeoutMs: 60_000, what: `the end of ${id}` },
    );
    expect(task.attempts).toMatchObject([{ outcome: 'completed', status: 200 }]);
  }
  expect(came.toSorted(), 'calls, none of them repeated').toEqual(ids.toSorted());
});

it('26 a target with all vices, its worker killed and reloaded meanwhile', async () => {
  const { pm2, api } = deployment;
  const tasks: { id: string; ends: string }[] = [];
  for (let round = 0; round < 50; round += 1) {
    const accepted = Object.entries(VICES).map(async ([vice, { ends }]) => {
      const { status, body } = await api.post('/api/v1/http-tasks', {
        api_url: `${target.url}/${vice}/${round}`,
        max_retry_count: 1,
      });
      expect(status).toBe(202);
      return { id: String(body.id), ends };
    });
    tasks.push(...(await Promise.all(accepted)));
    if (round === 15) await deployment.killOne('worker-http');
    if (round === 30) await pm2.run('reload', 'worker-http');
    if (round === 40) await deployment.killOne('worker-http');
  }
  for (const { id, ends } of tasks) {
    const task = await waitUntil(
      async () => {
        const { body } = await api.get(`/api/v1/http-tasks/${id}`);
        return ['completed', 'failed'].includes(String(body.status)) && body;
      },
      { timeoutMs: 180_000, what: `the end of ${id}` },
    );
    const error = task.error as { code: string } | null;
    expect(error?.code ?? task.status, JSON.stringify(task)).toBe(ends);
  }
  expect(reached, 'calls of what is private').toBe(0);
});
