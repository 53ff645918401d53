import { once } from 'node:events';
import { request } from 'node:http';

/** What an HTTP request came to. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  ms: number;
}

/** Speaks to the API as one account. A connection that breaks rejects; no request is repeated. */
export interface ApiClient {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Sends it and cuts the connection as soon as it is on its way: the reply is lost. */
  postUnheard(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<void>;
}

interface Credentials {
  email: string;
  password: string;
}

/** Longer than any answer may take: a request that hangs is a failure, not a wait. */
const HANGS_AFTER_MS = 10_000;

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(HANGS_AFTER_MS) });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, ms: performance.now() - began };
}

/** Logs in. */
export async function login(baseUrl: string, credentials: Credentials): Promise<ApiClient> {
  const json = { 'content-type': 'application/json' };
  const { status, body } = await ask(`${baseUrl}/app/auth/login`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify(credentials),
  });
  if (status !== 200) throw new Error(`The login was answered ${status}.`);
  const headers = { authorization: `Bearer ${String(body.token)}` };
  return {
    get: (path) => ask(baseUrl + path, { headers }),
    post: (path, body = {}, more = {}) =>
      ask(baseUrl + path, {
        method: 'POST',
        headers: { ...headers, ...json, ...more },
        body: JSON.stringify(body),
      }),
    async postUnheard(path, body, more) {
      const options = { method: 'POST', headers: { ...headers, ...json, ...more }, agent: false };
      const sending = request(baseUrl + path, options);
      sending.on('error', () => undefined);
      sending.end(JSON.stringify(body));
      await once(sending, 'finish');
      sending.destroy();
    },
  };
}
