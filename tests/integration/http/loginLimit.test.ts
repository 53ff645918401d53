import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, PASSWORD, startHarness } from './harness.ts';

const LOGIN = '/app/auth/login';

let api: Harness;

beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

it('lets good logins through without counting them, and stops guessing with 429', async () => {
  const limit = api.env.LOGIN_ATTEMPTS_PER_MINUTE;
  const right = { email: 'viewer@example.com', password: PASSWORD };
  for (let login = 0; login < limit; login += 1) await api.post(LOGIN).send(right).expect(200);

  const wrong = { email: 'admin@example.com', password: 'a-guess' };
  for (let guess = 0; guess < limit; guess += 1) await api.post(LOGIN).send(wrong).expect(401);

  const stopped = await api.post(LOGIN).send(wrong);
  expect(stopped.status).toBe(429);
  expect(stopped.body.error.code).toBe('RATE_LIMITED');
  expect(Number(stopped.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(stopped.headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(stopped.body.error.details.retryAfterSeconds).toBe(Number(stopped.headers['retry-after']));
});
