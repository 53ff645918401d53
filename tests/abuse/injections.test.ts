import { expect, it } from 'vitest';
import { fill } from './apiDocument.ts';
import { useAttackedApi } from './attackedApi.ts';
import { BODIES, HEADERS, QUERIES, TEXTS, VALUES } from './payloads.ts';
import type { Received } from './send.ts';

const api = await useAttackedApi();

/** Fields that some body of some route has. */
const FIELDS = [
  ...['email', 'password', 'asOf', 'userIds', 'backfill', 'runId', 'code', 'limit', 'payload'],
  ...['key', 'unique', 'runAt', 'priority', 'note', 'concurrency', 'maxConcurrency', 'rate'],
];

const acting = () => api.operations.filter(({ method }) => method === 'POST');

/** Nothing of what was asked for became a header of the answer, or a property of everything. */
function expectUnmoved({ headers, body }: Received, what: string): void {
  expect([...headers.keys()], what).not.toContain('x-injected');
  expect(body.includes('"polluted":"yes"') && !body.includes('not known here'), what).toBe(false);
}

it('paths: what is no name of anything is refused, as it stands or percent-encoded', async () => {
  const withParameters = api.operations.filter(({ path }) => path.includes('{'));
  expect(withParameters.length).toBeGreaterThan(10);
  for (const { method, path, name } of withParameters) {
    for (const text of TEXTS) {
      const encoded = fill(path, {}, text);
      const raw = path.replace(/\{\w+\}/g, text.replaceAll(/[\r\n\0 ]/g, '%20'));
      const twice = path.replace(/\{\w+\}/g, encodeURIComponent(encodeURIComponent(text)));
      for (const target of [encoded, raw, twice]) {
        const received = await api.attack({ method, target }, 'admin');
        expectUnmoved(received, `${name} with ${JSON.stringify(text)}`);
        // `.` and `..` lead to the target above, which may well be one.
        if (/^\.\.?$/.test(text)) continue;
        expect(received.status, `${method} ${target}`).toBeGreaterThanOrEqual(400);
      }
    }
  }
});

it('paths that are none: encodings that break off, overlong ones, other letters', async () => {
  for (const part of ['%', '%zz', '%c0%af', '%ff', '%e0%80', '%u0041', '\\', '|', 'ü', '\u202e']) {
    for (const target of [`/${part}`, `/app/job-status/runs/${part}`, `/health/${part}`]) {
      const { status } = await api.attack({ target }, 'admin');
      expect(status, target).toBeGreaterThanOrEqual(400);
    }
  }
});

it('targets that are none', async () => {
  const targets = ['*', 'x', '//', '///x', 'http://', 'http://[a%b]/', '/\\evil.example', '/..'];
  for (const target of targets) {
    for (const method of ['GET', 'POST', 'OPTIONS']) await api.attack({ method, target }, 'admin');
  }
});

it('queries', async () => {
  for (const operation of api.operations.filter(({ path }) => !path.endsWith('/events'))) {
    for (const query of [...QUERIES, ...TEXTS.map((text) => `q=${encodeURIComponent(text)}`)]) {
      const target = `${api.targetOf(operation)}?${query}`;
      const received = await api.attack({ method: operation.method, target }, 'admin');
      expectUnmoved(received, target);
    }
  }
});

it('bodies: JSON that nobody asked for, and what is no JSON', async () => {
  for (const operation of acting()) {
    for (const body of BODIES) {
      const attack = { method: 'POST', target: api.targetOf(operation), body };
      expectUnmoved(await api.attack(attack, 'admin'), `${operation.name} with ${body}`);
    }
  }
});

it('fields: an operator, a prototype or another type in the place of each', async () => {
  const withBody = acting().filter(({ path }) => !/\{(?:jobId|runId)\}|drain|resume/.test(path));
  expect(withBody.length).toBeGreaterThan(3);
  for (const operation of withBody) {
    for (const field of FIELDS) {
      for (const [at, value] of VALUES.entries()) {
        // A third of the values in each field: every value meets every route.
        if (at % 3 !== FIELDS.indexOf(field) % 3) continue;
        const body = JSON.stringify({ [field]: value });
        await api.attack({ method: 'POST', target: api.targetOf(operation), body }, 'admin');
      }
    }
  }
});

it('a login is by a text and a text, never by an operator', async () => {
  for (const value of VALUES.filter((each) => typeof each !== 'string')) {
    for (const body of [
      { email: 'admin@example.com', password: value },
      { email: value, password: 'x' },
    ]) {
      const attack = { method: 'POST', target: '/app/auth/login', body: JSON.stringify(body) };
      expect((await api.attack(attack)).status, attack.body).toBe(400);
    }
  }
});

it('headers', async () => {
  const some = api.operations.filter(({ path }) => !path.endsWith('/events'));
  for (const headers of HEADERS) {
    for (const operation of some) {
      const { method } = operation;
      const attack = { method, target: api.targetOf(operation), headers };
      const received = await api.attack(
        method === 'POST' ? { ...attack, body: '{"limit":1}' } : attack,
        'admin',
      );
      expectUnmoved(received, `${operation.name} with ${JSON.stringify(headers)}`);
      expect(received.headers.get('access-control-allow-origin')).toBeUndefined();
    }
  }
});
