import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, PASSWORD, startHarness } from './harness.ts';

const LOGIN = '/app/auth/login';
const LIMIT = 2;

let api: Harness;
beforeAll(async () => {
  api = await startHarness({ LOGIN_ATTEMPTS_PER_MINUTE: String(LIMIT), TRUST_PROXY: '1' });
});
afterAll(() => api.stop());

it('knows a device again by its cookie, which no script and no other site can use', async () => {
  const wrong = { email: 'user@example.com', password: 'a-guess' };
  const right = { email: 'user@example.com', password: PASSWORD };
  const first = await api.post(LOGIN).send(right).expect(200);
  expect(first.body).not.toHaveProperty('device');
  const [cookie = ''] = first.get('Set-Cookie') ?? [];
  expect(cookie).toMatch(
    /^hourwork_device=\S+; Path=\/app\/auth; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
  );

  // Told, then looked at without a word: from then on nothing is looked at.
  const statuses: number[] = [];
  for (let guess = 0; guess < 2 * LIMIT; guess += 1) {
    statuses.push((await api.post(LOGIN).send(wrong)).status);
  }
  expect(statuses).toEqual([401, 401, 429, 429]);
  await api.post(LOGIN).send(right).expect(429);
  const [value = ''] = cookie.split(';');
  await api.post(LOGIN).set('Cookie', `other=1; ${value}`).send(right).expect(200);
  await api.post(LOGIN).set('Cookie', `${value}x`).send(right).expect(429);
  const { token } = first.body;
  await api.post(LOGIN).set('Cookie', `hourwork_device=${token}`).send(right).expect(429);
});

it('gives a cookie for HTTPS alone where the API is reached by it', async () => {
  const answer = await api
    .post(LOGIN)
    .set('X-Forwarded-Proto', 'https')
    .send({ email: 'viewer@example.com', password: PASSWORD })
    .expect(200);
  expect(answer.get('Set-Cookie')).toEqual([expect.stringContaining('; Secure')]);
});
