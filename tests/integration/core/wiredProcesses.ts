import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterEach, expect, vi } from 'vitest';
import { type Env, parseSettings } from '../../../server/config/env.ts';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { connectRedis } from '../../../server/config/queueRedisConn.ts';
import { removeKeys } from '../../../server/Services/BackgroundJobs/queues/prefixKeys.ts';
import { ownPort } from '../../ownPort.ts';
import { NO_USER_DATA_SLOT, ONLY_USER_DATA } from '../../scheduleSettings.ts';
import { openRelay, type Relay } from '../relay.ts';
import { SILENT } from './installation.ts';

const MONGODB_URI = process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:16399';
const ADMIN = { email: 'admin@example.com', password: 'a-long-test-password' };

/** Processes as they are wired, which each test starts itself. */
export interface WiredProcesses {
  /** The database, the queue prefix and the user in Redis of this suite. */
  readonly name: string;
  /** What each test has started: it is stopped after it. */
  readonly running: { shutdown: { stop(): Promise<void> } }[];
  /** The way to MongoDB; there once a test has its settings. */
  mongo(): Relay;
  /** Settings for the processes of a test, which must call it before it starts any. */
  settings(fields?: Record<string, string>): Promise<Env>;
  /** Asks the API that was given the settings. */
  ask(
    path: string,
    init?: RequestInit & { token?: string },
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Waits until an administrator may log in. @returns the token. */
  login(): Promise<string>;
}

/** Removes after each test whatever its processes have left in both stores. */
export function useWiredProcesses(): WiredProcesses {
  const name = `wired-${randomUUID().slice(0, 8)}`;
  const running: WiredProcesses['running'] = [];
  let mongo: Relay;
  let env: Env;

  afterEach(async () => {
    for (const each of running.splice(0)) await each.shutdown.stop();
    await mongo.restore();
    await connectMongo({ uri: env.MONGODB_URI ?? '' });
    await mongoose.connection.dropDatabase();
    await disconnectMongo();
    await mongo.close();
    // Also after a test whose processes had no Redis.
    const redis = connectRedis({ ...env, REDIS_URL }, 'worker', SILENT);
    await removeKeys(redis, env.QUEUE_PREFIX);
    redis.disconnect();
  });

  async function settings(fields: Record<string, string> = {}): Promise<Env> {
    const target = new URL(MONGODB_URI);
    mongo = await openRelay({ host: target.hostname, port: Number(target.port) });
    env = parseSettings({
      REDIS_URL,
      MONGODB_URI: `mongodb://127.0.0.1:${mongo.port}/${name}?directConnection=true`,
      QUEUE_PREFIX: `{${name}}`,
      PORT: String(await ownPort()),
      JWT_SECRET: 'a-secret-of-the-tests-with-32-bytes-and-more',
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      LOG_LEVEL: 'error',
      SHUTDOWN_GRACE_MS: '1000',
      LOGIN_ATTEMPTS_PER_MINUTE: '1000',
      // What any schedule puts in would be counted with the jobs of a test’s own runs.
      ...ONLY_USER_DATA,
      ...NO_USER_DATA_SLOT,
      ...fields,
    });
    return env;
  }

  async function ask(path: string, init: RequestInit & { token?: string } = {}) {
    const { token, ...request } = init;
    const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
      ...request,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  const login = () =>
    vi.waitFor(async () => {
      const { status, body } = await ask('/app/auth/login', {
        method: 'POST',
        body: JSON.stringify(ADMIN),
      });
      expect(status).toBe(200);
      return body.token as string;
    }, 15_000);

  return { name, running, mongo: () => mongo, settings, ask, login };
}
