import { afterEach, expect, it } from 'vitest';
import { type Harness, PASSWORD, startHarness } from './harness.ts';

let api: Harness;

afterEach(() => api.stop());

let guesses = 0;
/** A failed login, of another e-mail each time: only the address is counted. */
async function guessFrom(forwardedFor: string): Promise<number> {
  guesses += 1;
  const answer = await api
    .post('/app/auth/login')
    .set('X-Forwarded-For', forwardedFor)
    .send({ email: `nobody-${guesses}@example.com`, password: 'a-guess' });
  return answer.status;
}

it('behind a proxy each client is limited for itself, whatever it says of its address', async () => {
  api = await startHarness({ TRUST_PROXY: '1', LOGIN_ATTEMPTS_PER_MINUTE: '2' });
  expect(await guessFrom('198.51.100.1')).toBe(401);
  // The proxy adds the address that it saw at the end; what stands before comes from the client.
  expect(await guessFrom('203.0.113.7, 198.51.100.1')).toBe(401);
  expect(await guessFrom('203.0.113.8, 198.51.100.1')).toBe(429);
  expect(await guessFrom('198.51.100.2')).toBe(401);
});

it('nobody can lock an e-mail out of other addresses', async () => {
  api = await startHarness({ TRUST_PROXY: '1', LOGIN_ATTEMPTS_PER_MINUTE: '2' });
  const login = (address: string, password: string) =>
    api
      .post('/app/auth/login')
      .set('X-Forwarded-For', address)
      .send({ email: 'admin@example.com', password });
  const statuses: number[] = [];
  for (let guess = 0; guess < 4; guess += 1) {
    statuses.push((await login('203.0.113.9', 'a-guess')).status);
  }
  expect(statuses).toEqual([401, 401, 429, 429]);
  await login('203.0.113.9', PASSWORD).expect(429);
  await login('198.51.100.7', PASSWORD).expect(200);
});

it('without one nobody gets more tries by naming other addresses', async () => {
  api = await startHarness({ LOGIN_ATTEMPTS_PER_MINUTE: '2' });
  expect(await guessFrom('198.51.100.1')).toBe(401);
  expect(await guessFrom('198.51.100.2')).toBe(401);
  expect(await guessFrom('198.51.100.3')).toBe(429);
});
