import { beforeAll, expect, vi } from 'vitest';
import type { Env } from '../../../server/config/env.ts';
import { useApiAndWorker } from './apiAndWorker.ts';

const ADMIN = { email: 'admin@example.com', password: 'a-long-test-password' };
const TASKS = '/api/v1/http-tasks';

/** As much of an answer as the tests look at. */
interface Answered {
  [field: string]: unknown;
  id: string;
  token: string;
  summary: string;
  retry_count: number;
  disabled_reason: string;
  destination: string;
  headers: Record<string, string>;
  error: { code: string };
  items: Answered[];
  attempts: {
    status: number;
    started_at: string;
    finished_at: string;
    bytes: number;
    answer: string;
    timings: { total: number; first_byte: number };
  }[];
}

type Headers = Readonly<Record<string, string>>;

/** API and worker, whose tasks may call some ports of this machine. */
export interface HttpTasksInstallation {
  readonly env: Env;
  /** Asks the API as an administrator. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    headers?: Headers,
  ): Promise<{ status: number; body: Answered }>;
  /** Hands in a task. @returns its id. */
  accept(input: object, headers?: Headers): Promise<string>;
  /** Waits until a task is in this state. */
  ended(id: string, status: string): Promise<Answered>;
}

/** Starts them for the suite, on a database and a queue prefix of their own. */
export async function useHttpTasks(ports: readonly number[]): Promise<HttpTasksInstallation> {
  const env = await useApiAndWorker({
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    EGRESS_ALLOW: ports.map((port) => `127.0.0.1:${port}`).join(','),
    LOGIN_ATTEMPTS_PER_MINUTE: '1000',
  });
  let token: string | undefined;

  const installation: HttpTasksInstallation = {
    env,
    async ask(method, path, body, headers) {
      const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as Answered };
    },
    async accept(input, headers) {
      const { status, body } = await installation.ask('POST', TASKS, input, headers);
      expect(status, JSON.stringify(body)).toBe(202);
      return body.id;
    },
    ended: (id, status) =>
      vi.waitFor(
        async () => {
          const { body } = await installation.ask('GET', `${TASKS}/${id}`);
          expect(body).toMatchObject({ id, status });
          return body;
        },
        { timeout: 20_000, interval: 100 },
      ),
  };

  beforeAll(async () => {
    await vi.waitFor(async () => {
      const { status, body } = await installation.ask('POST', '/app/auth/login', ADMIN);
      expect(status).toBe(200);
      token = body.token;
    }, 15_000);
  });
  return installation;
}
