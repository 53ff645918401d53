import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { type Harness, PASSWORD, startHarness } from './harness.ts';

const SESSION = '/app/auth/session';
const PAUSE = '/app/queues/user-data/pause';
const OWN_PAGE = { 'X-Hourwork-Session': 'page' };

let api: Harness;

beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

async function logIn(email: string) {
  const browser = request.agent(api.app);
  const answer = await browser.post(SESSION).send({ email, password: PASSWORD }).expect(200);
  return { browser, answer };
}

describe('a browser’s session', () => {
  it('stands in a cookie that no script and no other site can use, and in nothing else', async () => {
    const { browser, answer } = await logIn('admin@example.com');
    expect(answer.body).toEqual({
      email: 'admin@example.com',
      role: 'admin',
      expiresAt: expect.any(String),
    });
    const cookies: string[] = JSON.parse(JSON.stringify(answer.headers['set-cookie']));
    const session = cookies.find((cookie) => cookie.startsWith('hourwork_session='));
    expect(session).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
    expect((await browser.get(SESSION).expect(200)).body).toEqual({
      email: 'admin@example.com',
      role: 'admin',
    });
    await browser.get('/app/job-status/recent').expect(200);
  });

  it('changes nothing without the header that only the own page can send', async () => {
    const { browser } = await logIn('admin@example.com');
    const refused = await browser.post(PAUSE).send({ note: '' }).expect(403);
    expect(refused.body.error.message).toContain('X-Hourwork-Session');
    await browser.post(PAUSE).set(OWN_PAGE).set('Sec-Fetch-Site', 'same-site').expect(403);
    await browser.post(PAUSE).set(OWN_PAGE).set('Sec-Fetch-Site', 'cross-site').expect(403);
    const paused = await browser.post(PAUSE).set(OWN_PAGE).send({ note: 'a look' }).expect(200);
    expect(paused.body.paused).toMatchObject({ by: 'admin@example.com', note: 'a look' });
    await browser.post('/app/queues/user-data/resume').set(OWN_PAGE).expect(200);
  });

  it('of a viewer sees all and changes nothing', async () => {
    const { browser } = await logIn('viewer@example.com');
    await browser.get('/app/now').expect(200);
    await browser.post(PAUSE).set(OWN_PAGE).expect(403);
  });

  it('is refused to the role user with a sentence, and leaves no cookie', async () => {
    const credentials = { email: 'user@example.com', password: PASSWORD };
    const answer = await api.post(SESSION).send(credentials).expect(403);
    expect(answer.body.error.message).toContain('admin and viewer');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('is over here after a logout, and everywhere after that of all', async () => {
    const email = 'second@example.com';
    await createAccount({ email, password: PASSWORD, role: 'viewer' });
    const { browser: first } = await logIn(email);
    const { browser: second } = await logIn(email);
    await first.post('/app/auth/logout').expect(403);
    await first.post('/app/auth/logout').set(OWN_PAGE).expect(200);
    await first.get(SESSION).expect(401);
    await second.get(SESSION).expect(200);
    const { browser: third } = await logIn(email);
    // A token alone ends nobody's sessions.
    await api.post('/app/auth/logout-everywhere', 'admin').expect(401);
    await api.get('/app/now', 'admin').expect(200);
    await third.post('/app/auth/logout-everywhere').set(OWN_PAGE).expect(200);
    await second.get(SESSION).expect(401);
    await third.get(SESSION).expect(401);
  });
});
