import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import helmet from 'helmet';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { strictPolicy } from './contentSecurity.ts';
import { mountDashboard, VIEWS } from './dashboard.ts';
import { mountDocs } from './docs.ts';

const PAGE = '<script nonce="__HOURWORK_NONCE__" src="/assets/a-1.js"></script>';

let folder: string;
let app: express.Express;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourwork-dashboard-'));
  await mkdir(join(folder, 'assets'));
  await mkdir(join(folder, '.vite'));
  await writeFile(join(folder, '.vite', 'manifest.json'), '{}');
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'assets', 'a-1.js'), 'void 0;');
  app = express();
  app.use(helmet({ contentSecurityPolicy: false }), strictPolicy());
  mountDashboard(app, { folder, version: '0.0.0' });
  mountDocs(app);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function policyOf(answer: request.Response): string {
  return String(answer.headers['content-security-policy']);
}

describe('the dashboard', () => {
  it.each(VIEWS)('is served at %s, and kept by nobody', async (view) => {
    const answer = await request(app).get(view).set('Accept', 'text/html').expect(200);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('has a nonce of its own for each request, and allows no other inline script or style', async () => {
    const [one, other] = [await request(app).get('/'), await request(app).get('/')];
    const nonces = [one, other].map(({ text }) => /nonce="([^"]+)"/.exec(text)?.[1]);
    expect(new Set(nonces).size).toBe(2);
    expect(policyOf(one)).toContain(`script-src 'self' 'nonce-${nonces[0]}'`);
    expect(policyOf(one)).toContain(`style-src 'self' 'nonce-${nonces[0]}'`);
    expect(policyOf(one)).not.toContain('unsafe');
    expect(policyOf(one)).toContain("default-src 'none'");
    expect(policyOf(one)).toContain("frame-ancestors 'none'");
  });

  it('has files that never change', async () => {
    const answer = await request(app).get('/assets/a-1.js').expect(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    await request(app).get('/assets/../index.html').expect(404);
  });

  it('says what there is where none was built', async () => {
    const bare = express();
    mountDashboard(bare, { folder: join(folder, 'nothing'), version: '1.2.3' });
    const answer = await request(bare).get('/').expect(200);
    expect(answer.body).toMatchObject({ version: '1.2.3', dashboard: 'not built: npm run build' });
  });
});

it('leaves the exception for inline styles to /docs alone', async () => {
  expect(policyOf(await request(app).get('/docs'))).toContain("style-src 'self' 'unsafe-inline'");
  expect(policyOf(await request(app).get('/no-such-page'))).not.toContain('unsafe');
});
