import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ensureIndexes } from '../../server/models/indexes.ts';
import { createAccount } from '../../server/Services/Auth/accounts.ts';
import { type Behaviour, writeBehaviour } from '../e2e/behaviour.ts';
import { makeUsers } from '../e2e/makeUsers.ts';
import { environmentOf } from '../environmentOf.ts';
import type { OwnKillableMongo } from '../integration/ownKillableMongo.ts';
import { type OwnRedis, useOwnRedis } from '../integration/ownRedis.ts';
import { useOwnDatabase } from '../integration/scoring/ownDatabase.ts';
import { ownPort } from '../ownPort.ts';
import { NO_USER_DATA_SLOT, ONLY_USER_DATA } from '../scheduleSettings.ts';

export const PASSWORD = 'a-long-test-password';
export const EMAILS = { admin: 'admin@example.com', viewer: 'viewer@example.com' } as const;

/** API and worker as processes, on a database and a Redis of their own. */
export interface Stack {
  readonly url: string;
  behave(behaviour: Behaviour): Promise<void>;
  stopApi(): Promise<void>;
  /** With these settings besides, for this start. */
  startApi(more?: Settings): Promise<void>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  readonly redis: OwnRedis;
}

/** Short ones, so that a job that fails has failed for good within a second. */
const SETTINGS = {
  ...ONLY_USER_DATA,
  ...NO_USER_DATA_SLOT,
  JOB_RETRY_DELAY_MS: '50',
  WORKER_CONCURRENCY: '4',
  CANARY_INTERVAL_MS: '2000',
  RECONCILE_INTERVAL_MS: '2000',
  RECONCILE_GRACE_MS: '2000',
};

type Settings = Readonly<Record<string, string>>;

interface StackOptions {
  users: number;
  settings?: Settings;
  /** A server of the suite's own; the tests' if absent. */
  mongo?: OwnKillableMongo;
}

/** Starts it for the suite and removes every trace of it at the end. */
export async function useStack({ users, settings = {}, mongo }: StackOptions): Promise<Stack> {
  const mongoUri = useOwnDatabase(mongo?.url);
  const redis = await useOwnRedis();
  const port = await ownPort();
  const url = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-browser-'));
  const workFile = join(folder, 'work.json');
  const running = new Map<string, ChildProcess>();

  function start(file: string, more: Settings = {}): void {
    const child = spawn(process.execPath, [join(projectDir, file)], {
      cwd: projectDir,
      env: environmentOf({
        ...{ JWT_SECRET, WORK_FILE: workFile },
        ...{ PORT: String(port), MONGODB_URI: mongoUri, LOGIN_ATTEMPTS_PER_MINUTE: '1000' },
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        ...SETTINGS,
        ...settings,
        ...more,
      }),
      stdio: 'ignore',
    });
    running.set(file, child);
  }
  async function stop(file: string): Promise<void> {
    const child = running.get(file);
    running.delete(file);
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  const stack: Stack = {
    url,
    redis,
    behave: (behaviour) => writeBehaviour(workFile, behaviour),
    stopApi: () => stop(API),
    async startApi(more) {
      start(API, more);
      await waitUntil(
        async () => (await fetch(`${url}/health/ready`).catch(() => null))?.status === 200,
        { timeoutMs: 60_000, what: 'the API to be ready' },
      );
    },
    stopWorker: () => stop(WORKER),
    startWorker: async () => start(WORKER),
  };
  beforeAll(async () => {
    await ensureIndexes();
    await makeUsers(users);
    for (const role of ['admin', 'viewer'] as const) {
      await createAccount({ email: EMAILS[role], password: PASSWORD, role });
    }
    await stack.behave({ paceMs: 0 });
    await stack.startApi();
    await stack.startWorker();
  });
  afterAll(async () => {
    await stop(WORKER);
    await stop(API);
    await rm(folder, { recursive: true, force: true });
  });
  return stack;
}

const API = 'dist/server/api/server.js';
const WORKER = 'tests/e2e/pacedWorker.mjs';
const JWT_SECRET = `${randomUUID()}${randomUUID()}`;
