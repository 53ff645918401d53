import { randomBytes, randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { startApi } from '../../../server/composition/api.ts';
import { startWorker } from '../../../server/composition/worker.ts';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { ensureIndexes } from '../../../server/models/indexes.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/backup/restoreKeys.ts';
import { catalogue } from '../../../server/Services/BackgroundJobs/queues/catalogue.ts';
import { ownPort } from '../../ownPort.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
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
  const name = `http-${randomUUID().slice(0, 8)}`;
  const uri = new URL(MONGODB_URI);
  uri.pathname = `/${name}`;
  uri.searchParams.set('directConnection', 'true');
  const env = parseSettings({
    REDIS_URL,
    MONGODB_URI: uri.href,
    QUEUE_PREFIX: `{${name}}`,
    PORT: String(await ownPort()),
    JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
    DATA_KEY: randomBytes(32).toString('hex'),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LOG_LEVEL: 'error',
    EGRESS_ALLOW: ports.map((port) => `127.0.0.1:${port}`).join(','),
    SHUTDOWN_GRACE_MS: '1000',
    LOGIN_ATTEMPTS_PER_MINUTE: '1000',
  });
  const running: { shutdown: { stop(): Promise<void> } }[] = [];
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
    await connectMongo({ uri: uri.href });
    await ensureIndexes();
    running.push(await startApi(env), await startWorker({ env, catalogue }));
    await vi.waitFor(async () => {
      const { status, body } = await installation.ask('POST', '/app/auth/login', ADMIN);
      expect(status).toBe(200);
      token = body.token;
    }, 15_000);
  });
  afterAll(async () => {
    for (const each of running) await each.shutdown.stop();
    await connectMongo({ uri: uri.href });
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    const redis = connectRedis(env, 'worker', SILENT);
    await removeKeys(redis, env.QUEUE_PREFIX);
    redis.disconnect();
  });
  return installation;
}
