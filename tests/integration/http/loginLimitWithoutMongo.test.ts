import { afterAll, beforeAll, it, vi } from 'vitest';
import { type Harness, PASSWORD, startHarness } from './harness.ts';

const LIMIT = 2;

let api: Harness;
beforeAll(async () => {
  api = await startHarness({ LOGIN_ATTEMPTS_PER_MINUTE: String(LIMIT) });
});
afterAll(() => api.stop());

const login = (password: string) =>
  api.post('/app/auth/login').send({ email: 'admin@example.com', password });

it('a login that MongoDB could not be asked about is no failed one', async () => {
  await api.mongo.cut();
  for (let guess = 0; guess < 2 * LIMIT + 1; guess += 1) await login('a-guess').expect(503);
  await api.mongo.restore();
  await vi.waitFor(() => login(PASSWORD).expect(200), { timeout: 20_000, interval: 200 });
  for (let guess = 0; guess < LIMIT; guess += 1) await login('a-guess').expect(401);
});
