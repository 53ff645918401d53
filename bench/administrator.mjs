import { randomUUID } from 'node:crypto';
import { waitUntil } from '../scripts/waiting.mjs';

const ADMIN = { email: 'bench@example.com', password: randomUUID() };

/** The settings by which an API makes the account. */
export const ADMIN_SETTINGS = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };

/**
 * Waits for an API that has just been started.
 * @param {string} url
 * @returns {Promise<{authorization: string}>} the headers of an administrator's requests
 */
export async function logIn(url) {
  const headers = { 'content-type': 'application/json' };
  const response = await waitUntil(
    async () => {
      const body = JSON.stringify(ADMIN);
      const answer = await fetch(`${url}/app/auth/login`, { method: 'POST', headers, body }).catch(
        () => undefined,
      );
      return answer?.ok ? answer : false;
    },
    { timeoutMs: 60_000, intervalMs: 200, what: 'the API to let an administrator in' },
  );
  const { token } = /** @type {{token: string}} */ (await response.json());
  return { authorization: `Bearer ${token}` };
}
