import { once } from 'node:events';
import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, listen } from '../../../server/api/httpServer.ts';
import { serviceSyncJob } from '../../../server/Services/BackgroundJobs/jobs/serviceSync/serviceSync.job.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { ensureSchedule } from '../../../server/Services/BackgroundJobs/scheduling/schedule.ts';
import { recordingLogger } from '../recordingLogger.ts';
import { type Harness, startHarness } from './harness.ts';
import { sendRaw } from './rawHttp.ts';
import { makeJob, makeRun } from './records.ts';

const TEN_GB = 10_737_418_240;
/** Well below the 30 s that a request may take to be sent. */
const SOON_MS = 10_000;

let api: Harness;
let server: HttpServer;
let paths: string[];
beforeAll(async () => {
  api = await startHarness({ CORS_ORIGINS: 'https://admin.example.com, http://127.0.0.1:5173' }, [
    userDataJob,
    serviceSyncJob,
  ]);
  server = await listen(api.app, { host: '127.0.0.1', port: 0, logger: recordingLogger([]) });
  await makeRun({ _id: 'm-open', enumerated: 1 });
  const jobId = await makeJob('m-open', String(api.userIds['00001']), { status: 'queued' });
  const document: { paths: object } = (await api.get('/openapi.json')).body;
  await ensureSchedule('user-data-hourly');
  const parameters = { jobId, runId: 'm-open', userId: '00001', schedule: 'user-data-hourly' };
  paths = Object.keys(document.paths).map((path) =>
    path.replace(/\{(\w+)\}/g, (_all, name: keyof typeof parameters) => parameters[name]),
  );
});
afterAll(async () => {
  await server.stop(0);
  await api.stop();
});

const authorization = () => `Authorization: Bearer ${api.tokens.admin}`;
const head = (line: string, ...headers: string[]) => [
  `${line} HTTP/1.1`,
  'Host: any',
  authorization(),
  ...headers,
];

async function headOf(path: string) {
  const headers = { authorization: authorization().slice('Authorization: '.length) };
  const asking = send({ port: server.port, method: 'HEAD', path, headers, agent: false });
  asking.end();
  const [answer] = await once(asking, 'response', { signal: AbortSignal.timeout(2_000) });
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, type: answer.headers['content-type'], text };
}

describe('HEAD', () => {
  it('is answered at once on every path, an open run’s events too, and without a body', async () => {
    expect(paths).toContain('/app/job-status/runs/m-open/events');
    const statuses = new Map<string, number>();
    for (const path of [...paths, '/', '/docs', '/openapi.json', '/docs/swagger-ui.css', '/no']) {
      const { status, text } = await headOf(path);
      expect(text, path).toBe('');
      statuses.set(path, status);
    }
    // There are no documents of the wholesale business and the HTTP tasks here, and no signed links.
    const isAbsent = (path: string) => path.includes('/undefined');
    const isSigned = (path: string) => /\/download$|\/webhook$/.test(path);
    const odd = [...statuses].filter(([path, status]) => {
      if (isSigned(path)) return status !== 400;
      // An id that cannot be one is refused before it is looked for.
      if (path.startsWith('/app/incidents/')) return status !== 400;
      return ![200, 405, isAbsent(path) ? 404 : 200].includes(status);
    });
    // No worker takes jobs here.
    expect(odd).toEqual([
      ['/api/v1/queue/health', 503],
      ['/no', 404],
    ]);
  });

  it('has the headers of the stream, or what refuses it', async () => {
    const events = '/app/job-status/runs/m-open/events';
    expect(await headOf(events)).toMatchObject({ status: 200, type: 'text/event-stream' });
    expect(await headOf(events.replace('m-open', 'm-none'))).toMatchObject({ status: 404 });
  });
});

describe('a body that is too large', () => {
  it.each([
    'POST /app/job-status/runs',
    'POST /app/auth/login',
    'GET /app/job-status/runs',
    'GET /health/live',
    'DELETE /app/nothing',
  ])('is refused by its announced length, before it is read: %s', async (line) => {
    const answer = await sendRaw({
      port: server.port,
      head: head(line, `Content-Length: ${TEN_GB}`, 'Content-Type: application/json'),
    });
    expect(answer.statuses).toEqual([413]);
    expect(answer.text).toContain('"code":"PAYLOAD_TOO_LARGE"');
    expect(answer.text).toMatch(/^Connection: close\r$/m);
  });

  it.each([
    ['POST /app/job-status/runs', 413],
    ['GET /app/job-status/runs', 200],
    ['GET /health/live', 200],
    ['POST /app/nothing', 404],
  ])('is cut off where it has no length and no end: %s', async (line, status) => {
    const chunk = 'x'.repeat(65_536);
    const began = performance.now();
    const answer = await sendRaw({
      port: server.port,
      head: head(line, 'Transfer-Encoding: chunked', 'Content-Type: application/json'),
      endlessly: `10000\r\n${chunk}\r\n`,
    });
    expect(answer.statuses).toEqual([status]);
    expect(performance.now() - began).toBeLessThan(SOON_MS);
  });
});

describe('Expect: 100-continue', () => {
  const announced = ['Content-Length: 2', 'Content-Type: application/json', 'Connection: close'];

  it('asks for the body of a request that may have one', async () => {
    const answer = await sendRaw({
      port: server.port,
      head: head('POST /app/job-status/failed/retry', 'Expect: 100-continue', ...announced),
      body: '{}',
    });
    expect(answer.statuses).toEqual([100, 202]);
  });

  it('asks for none of a request that is refused without it', async () => {
    const answer = await sendRaw({
      port: server.port,
      head: [
        'POST /app/job-status/failed/retry HTTP/1.1',
        'Host: any',
        'Expect: 100-continue',
        ...announced,
      ],
    });
    expect(answer.statuses).toEqual([401]);
  });

  it('what else may be expected is passed over, as the standard allows', async () => {
    const answer = await sendRaw({
      port: server.port,
      head: head('GET /health/live', 'Expect: a-miracle', 'Connection: close'),
    });
    expect(answer.statuses).toEqual([200]);
  });
});

describe('a target in absolute form', () => {
  const ask = (target: string) =>
    sendRaw({ port: server.port, head: head(`GET ${target}`, 'Connection: close') });

  it('is served as its path, with all that stands before a route', async () => {
    const answer = await ask(`http://any.example.com/app/job-status/runs?limit=1`);
    expect(answer.statuses).toEqual([200]);
    expect(answer.text).toMatch(/^x-request-id: /im);
    expect(answer.text).toMatch(/^X-Content-Type-Options: nosniff/im);
    expect(answer.text).toMatch(/^RateLimit: /im);
  });

  it('that cannot be read is refused like any other request', async () => {
    const answer = await ask('http://[a%b]/');
    expect(answer.statuses).toEqual([400]);
    expect(answer.text).toContain('"code":"VALIDATION_FAILED"');
    expect(answer.text).toContain('"requestId":"');
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string) =>
    sendRaw({
      port: server.port,
      head: head(
        'OPTIONS /app/job-status/runs',
        `Origin: ${origin}`,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Headers: authorization,content-type',
        'Connection: close',
      ),
    });

  it('may call the API where CORS_ORIGINS names them', async () => {
    const { statuses, text } = await preflight('https://admin.example.com');
    expect(statuses).toEqual([204]);
    expect(text).toMatch(/^Access-Control-Allow-Origin: https:\/\/admin\.example\.com\r$/m);
    expect(text).toMatch(/^Access-Control-Allow-Headers: Authorization,Content-Type/m);
    expect(text).not.toMatch(/Allow-Credentials/i);
    const answer = await api.get('/health/live').set('Origin', 'http://127.0.0.1:5173');
    expect(answer.headers['access-control-allow-origin']).toBe('http://127.0.0.1:5173');
    expect(answer.headers.vary).toContain('Origin');
  });

  it('may not where it does not', async () => {
    const { text } = await preflight('https://elsewhere.example.com');
    expect(text).not.toMatch(/Access-Control-Allow-Origin/i);
  });
});

it('no long path stands in the log or in an answer', async () => {
  const answer = await api.get(`/health/${'a'.repeat(8_000)}`).set('x-request-id', 'long-path');
  expect(answer.body.error.message.length).toBeLessThan(400);
  const [line] = api.lines.filter(({ fields }) => fields.requestId === 'long-path');
  expect(String(line?.fields.path)).toHaveLength(257);
});

it('health is not cached, nor is the queues’ when they are down', async () => {
  for (const path of ['/health/live', '/health/ready', '/api/v1/queue/health', '/no']) {
    const { headers } = await api.get(path, 'admin');
    expect(headers['cache-control'], path).toBe('no-store');
  }
});

it('what is not to be stored is answered whole, whatever the client says it has', async () => {
  for (const path of ['/health/live', '/app/job-status/runs']) {
    const answer = await api.get(path, 'admin').set('If-None-Match', '*');
    expect(answer.status, path).toBe(200);
    expect(answer.text, path).not.toBe('');
  }
});
