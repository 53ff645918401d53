import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What an HTTP request came to. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
  ms: number;
}

/** What a request came to that had no answer within HANGS_AFTER_MS. */
export const HUNG = 'HUNG';

/** A request that had no answer. */
export class Unanswered extends Error {
  /** The system's code, such as ECONNREFUSED, or HUNG. */
  readonly code: string;
  /** It was sent on a connection that had served a request before. */
  readonly connectionReused: boolean;

  constructor(url: string, code: string, connectionReused: boolean) {
    super(`${url} had no answer: ${code}.`);
    this.name = code === HUNG ? 'TimeoutError' : 'Unanswered';
    this.code = code;
    this.connectionReused = connectionReused;
  }
}

const CLOSED: readonly string[] = ['ECONNRESET', 'EPIPE'];

/**
 * An idle connection may be closed just as a request is sent on it, which any client of HTTP must
 * expect: that request, and no other, may be sent once more.
 */
export function wasClosedIdle({
  code,
  connectionReused,
}: Pick<Unanswered, 'code' | 'connectionReused'>): boolean {
  return connectionReused && CLOSED.includes(code);
}

/** Speaks to the API as one account. Without an answer it rejects with Unanswered; no request is
 * repeated. */
export interface ApiClient {
  get(path: string, options?: { newConnection: boolean }): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Opens a stream of events: settles with the status when its first bytes are here, and `ended`
   * with how it went: in order, or the system's code. */
  open(path: string): Promise<{ status: number; ended: Promise<string>; close(): void }>;
  /** Sends it, hears no reply, and cuts the connection when `until` has settled. */
  postUnheard(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
    until?: () => Promise<unknown>,
  ): Promise<void>;
}

interface Credentials {
  email: string;
  password: string;
}

/** Longer than any answer may take: a request that hangs is a failure, not a wait. */
const HANGS_AFTER_MS = 10_000;

/** Connections are given up before the server, after 5 s, closes them. */
const connections = new Agent({ keepAlive: true, timeout: 3_000 });

interface Asked {
  method?: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  newConnection?: boolean;
}

async function ask(
  url: string,
  { method = 'GET', headers, body, newConnection = false }: Asked,
): Promise<Answer> {
  const began = performance.now();
  const sending = request(url, { method, headers, agent: newConnection ? false : connections });
  // Heard below, as long as somebody waits for it.
  sending.on('error', () => undefined);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    sending.destroy();
  }, HANGS_AFTER_MS);
  try {
    const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
    sending.end(body);
    const [response] = await answered;
    const content = JSON.parse(await text(response)) as Record<string, unknown>;
    return { status: response.statusCode ?? 0, body: content, ms: performance.now() - began };
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new Unanswered(url, hung ? HUNG : code, sending.reusedSocket);
  } finally {
    clearTimeout(timer);
  }
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
    get: (path, options) => ask(baseUrl + path, { headers, ...options }),
    post: (path, body = {}, more = {}) =>
      ask(baseUrl + path, {
        method: 'POST',
        headers: { ...headers, ...json, ...more },
        body: JSON.stringify(body),
      }),
    async open(path) {
      const sending = request(baseUrl + path, { headers, agent: false });
      const answered = once(sending, 'response') as Promise<[IncomingMessage]>;
      sending.end();
      const [response] = await answered;
      const ended = text(response).then(
        () => 'in order',
        (error: NodeJS.ErrnoException) => error.code ?? String(error),
      );
      return { status: response.statusCode ?? 0, ended, close: () => sending.destroy() };
    },
    async postUnheard(path, body, more, until = async () => undefined) {
      const options = { method: 'POST', headers: { ...headers, ...json, ...more }, agent: false };
      const sending = request(baseUrl + path, options);
      sending.on('error', () => undefined);
      sending.end(JSON.stringify(body));
      await once(sending, 'finish');
      try {
        await until();
      } finally {
        sending.destroy();
      }
    },
  };
}
