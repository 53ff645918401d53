import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VIEWS } from '../../../server/api/dashboard.ts';
import { type Harness, startHarness } from './harness.ts';

/** Pages for people and the document itself: no endpoints, so not in the document. */
const PAGES = [...VIEWS, '/mail/unsubscribe', '/openapi.json', '/docs', '/docs/*'].map((page) =>
  page.replace(/:(\w+)/g, '{$1}'),
);

const JSON_TYPE = 'application/json';

interface Operation {
  summary: string;
  description: string;
  security: unknown[];
  responses: Record<string, { content: unknown }>;
  requestBody?: unknown;
}
interface Document {
  openapi: string;
  components: { schemas: Record<string, { properties: Record<string, { type: unknown }> }> };
  paths: Record<string, Record<string, Operation>>;
}

let api: Harness;
let document: Document;
let operations: [name: string, operation: Operation][];

beforeAll(async () => {
  api = await startHarness();
  document = (await api.get('/openapi.json').expect(200)).body;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );
});
afterAll(() => api.stop());

/** The media type of an operation’s answer that is no JSON; undefined for JSON. */
function mediaOf(name: string): string | undefined {
  if (name.endsWith('/events') || name === 'GET /app/live') return 'text/event-stream';
  if (name.endsWith('/download')) return 'application/octet-stream';
  return name === 'GET /api/v1/commerce/whatsapp/webhook' ? 'text/plain' : undefined;
}

/** What Express really serves, from its own stack. */
function servedOperations(): string[] {
  return api.app.router.stack
    .flatMap(({ route }) => (route === undefined ? [] : [route]))
    .flatMap((route) =>
      // The last handler of a path has no method: it answers all others with 405.
      route.stack.flatMap(({ method }) =>
        method === undefined ? [] : [`${method.toUpperCase()} ${route.path}`],
      ),
    )
    .map((name) => name.replace(/:(\w+)/g, '{$1}'))
    .filter((name) => !PAGES.includes(name.replace(/^\w+ /, '').replace(/^(\/docs)\/.*/, '$1/*')));
}

describe('the OpenAPI document', () => {
  it('has exactly the routes that are served', () => {
    expect(operations.map(([name]) => name).sort()).toEqual(servedOperations().sort());
    expect(operations.length).toBeGreaterThan(57);
  });

  it('has no pattern that only JavaScript reads: property escapes, look-behinds, named groups', () => {
    const patterns: unknown[] = [];
    JSON.parse(JSON.stringify(document), (name, value) => {
      if (name === 'pattern') patterns.push(value);
      return value;
    });
    expect(patterns.length).toBeGreaterThan(10);
    expect(patterns.filter((pattern) => /\\p\{|\\k<|\(\?</i.test(String(pattern)))).toEqual([]);
  });

  it('says of every route who may call it, and asks for a token unless anyone may', () => {
    for (const [name, { description, security }] of operations) {
      const isPublic =
        / \/health\/|^POST \/app\/auth\/(login|session)$|\/whatsapp\/webhook$|\/download$/.test(
          name,
        );
      expect(description, name).toMatch(isPublic ? /Needs no token\./ : /For the roles? admin/);
      const keyed = name.endsWith(' /api/cron-manager') ? [{ apiKey: [] }] : [];
      expect(security, name).toEqual(isPublic ? [] : [{ bearer: [] }, { session: [] }, ...keyed]);
    }
  });

  it('has a schema for every answer, and the errors that a guard brings', () => {
    for (const [name, { responses, security }] of operations) {
      for (const [status, response] of Object.entries(responses)) {
        const type = (status === '200' && mediaOf(name)) || JSON_TYPE;
        expect(response.content, `${name} ${status}`).toHaveProperty([type, 'schema']);
      }
      const always = ['400', '429'];
      const expected = security.length === 0 ? always : [...always, '401', '403', '503'];
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(expected));
    }
  });

  it('says which fields of jobs and runs may be null', () => {
    const nullable = (schema: string) =>
      Object.entries(document.components.schemas[schema]?.properties ?? {})
        .filter(([, { type }]) => Array.isArray(type) && type.includes('null'))
        .map(([field]) => field);
    expect(nullable('Run')).toEqual(['schedule', 'slot', 'asOf', 'finishedAt']);
    expect(nullable('JobStatus')).toEqual([
      ...['runId', 'userId', 'key', 'unique', 'runAt', 'priority'],
      'duplicateOf',
      ...['error', 'effects', 'progress'],
      'startedAt',
      'finishedAt',
      'durationMs',
      'worker',
      'liveState',
    ]);
  });

  it('describes a body that may be left out as such', () => {
    expect(document.paths['/app/job-status/runs']?.post?.requestBody).toMatchObject({
      required: false,
    });
    expect(document.paths['/app/auth/login']?.post?.requestBody).toMatchObject({ required: true });
  });
});

describe('every answer', () => {
  it('carries a request id: the client’s own if it is sane, else a new one', async () => {
    const own = await api.get('/').set('x-request-id', 'my-request_1');
    expect(own.headers['x-request-id']).toBe('my-request_1');
    const insane = await api.get('/').set('x-request-id', 'a b;c');
    expect(insane.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  });

  it('is logged once, with id and account but without its query', async () => {
    const id = 'logged-request';
    await api.get('/app/job-status/recent?limit=1', 'viewer').set('x-request-id', id).expect(200);
    const lines = api.lines.filter(({ fields }) => fields.requestId === id);
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'Request',
        fields: {
          requestId: id,
          accountId: expect.stringMatching(/^[\da-f]{24}$/),
          method: 'GET',
          path: '/app/job-status/recent',
          status: 200,
          durationMs: expect.any(Number),
        },
      },
    ]);
  });

  it('has the headers of helmet, names no server and is not cached', async () => {
    const { headers } = await api.get('/app/job-status/recent', 'viewer');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('what cannot be served', () => {
  it('is 404 for an unknown path', async () => {
    const answer = await api.get('/app/nothing?here').expect(404);
    expect(answer.body).toEqual({
      error: {
        code: 'NOT_FOUND',
        message: 'There is no /app/nothing; /docs lists what there is.',
        requestId: answer.headers['x-request-id'],
      },
    });
  });

  it('is 405 with Allow for another method of a known path', async () => {
    const answer = await api.post('/app/job-status/recent', 'admin').expect(405);
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
    expect(answer.body.error.code).toBe('METHOD_NOT_ALLOWED');
  });

  it('answers OPTIONS with what is possible', async () => {
    const answer = await request(api.app).options('/app/job-status/runs').expect(204);
    expect(answer.headers.allow).toBe('GET, POST, HEAD, OPTIONS');
  });

  it.each([
    ['malformed JSON', 'application/json', '{"limit":', 400, 'VALIDATION_FAILED'],
    ['JSON that is no object', 'application/json', '[1]', 400, 'VALIDATION_FAILED'],
    ['another type', 'text/plain', 'limit=1', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['a form', 'application/x-www-form-urlencoded', 'limit=1', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['another charset', 'application/json; charset=x', '{}', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['more than 1 MB', 'application/json', `"${'x'.repeat(1_100_000)}"`, 413, 'PAYLOAD_TOO_LARGE'],
    ['a prototype', 'application/json', '{"__proto__":{"limit":1}}', 400, 'VALIDATION_FAILED'],
  ])('is a clear error for %s', async (_what, type, body, status, code) => {
    const answer = await api
      .post('/app/job-status/failed/retry', 'admin')
      .set('Content-Type', type)
      .send(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
  });

  it('is 400 for a path that cannot be decoded', async () => {
    const answer = await api.get('/app/job-status/runs/%E0%A4%A', 'admin').expect(400);
    expect(answer.body.error.code).toBe('VALIDATION_FAILED');
  });

  it('never shows a stack', async () => {
    const broken = await api.get('/app/job-status/runs/%E0%A4%A', 'admin');
    expect(broken.text).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

describe('the pages', () => {
  it('are the dashboard, which names no file that is not there', async () => {
    const page = await api.get('/').expect(200);
    const links = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)];
    expect(links.length).toBeGreaterThan(2);
    for (const [, link] of links) await api.get(String(link)).expect(200);
  });

  it('serve all of Swagger UI from here, with no script inside the page', async () => {
    const page = await api.get('/docs').expect(200);
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) =>
      String(link),
    );
    expect(links).toHaveLength(4);
    for (const link of links) {
      expect(link).toMatch(/^\/docs\//);
      await api.get(link).expect(200);
    }
    expect(page.text).not.toMatch(/<script>/);
    expect((await api.get('/docs/start.js')).text).toContain("url: '/openapi.json'");
  });
});
