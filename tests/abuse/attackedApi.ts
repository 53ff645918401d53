import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect } from 'vitest';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import type { Role } from '../../server/models/AccountModel.ts';
import { createAccount } from '../../server/Services/Auth/accounts.ts';
import type { Killable } from '../e2e/killable.ts';
import { environmentOf } from '../environmentOf.ts';
import { makeJob, makeRun } from '../integration/http/records.ts';
import { useOwnRedis } from '../integration/ownRedis.ts';
import { makeUser, useOwnDatabase } from '../integration/scoring/ownDatabase.ts';
import { ownPort } from '../ownPort.ts';
import { type ApiDocument, fill, type Operation, operationsOf } from './apiDocument.ts';
import { measureContention } from './contention.ts';
import { type Attack, type Received, send } from './send.ts';
import { faultsOf } from './verdict.ts';

export const JWT_SECRET = `${randomUUID()}${randomUUID()}`;
const DATA_KEY = randomUUID().replaceAll('-', '').repeat(2);
export const PASSWORD = `a-password-${randomUUID()}`;
/** No answer may take the server longer, a machine that has time for it presumed. */
const ANSWER_MS = 1_000;
/** A request that its client sends slowly, or behind many, bears an id that begins so: how long it takes is not ours. */
export const SLOW = 'slow-';
/** What stands in the records of the user that no account of the role `user` may see. */
const OTHERS = `others-${randomUUID()}`;

interface LogLine {
  level: string;
  message: string;
  [field: string]: unknown;
}

/** One record of each kind that there is. */
interface Known {
  /** Whose account has the role `user`. */
  ownUser: string;
  otherUser: string;
  /** Finished, so that a stream of its events ends by itself. */
  finishedRun: string;
  ownJob: string;
  otherJob: string;
}

/** A running API with a database and a Redis of its own. */
export interface AttackedApi {
  readonly port: number;
  readonly mongoUri: string;
  readonly redisUrl: string;
  readonly redis: Killable;
  readonly tokens: Readonly<Record<Role, string>>;
  readonly operations: readonly Operation[];
  /** Where an operation is asked for a user and a job that are there: the account's own, or another's. */
  targetOf(operation: Operation, whose?: 'own' | 'other'): string;
  /** Each line that the process has written so far. */
  readonly written: readonly string[];
  /** Sends it as this role, if any, and holds the answer to what every answer must be. */
  attack(attack: Attack, as?: Role): Promise<Received>;
}

/**
 * Starts one for the suite. At the end it holds the process to having lived all the while, answered
 * nothing with 500 and everything within a second, and written nothing that a terminal obeys.
 */
export async function useAttackedApi(): Promise<AttackedApi> {
  const mongoUri = useOwnDatabase();
  const redis = await useOwnRedis();
  const port = await ownPort();
  const redisUrl = `redis://127.0.0.1:${redis.port}`;
  const written: string[] = [];
  let child: ChildProcess | undefined;
  let known: Known | undefined;
  const tokens: Partial<Record<Role, string>> = {};
  let operations: Operation[] = [];
  let contention: ReturnType<typeof measureContention> | undefined;

  beforeAll(async () => {
    known = await makeRecords();
    child = startServer(
      { PORT: String(port), MONGODB_URI: mongoUri, REDIS_URL: redisUrl },
      written,
    );
    await waitUntil(
      async () => (await send(port, { target: '/health/ready' })).body.includes('"ok"'),
      { timeoutMs: 30_000, what: 'the API to be ready' },
    );
    for (const role of ['admin', 'viewer', 'user'] as const) tokens[role] = await login(port, role);
    const { body } = await send(port, { target: '/openapi.json' });
    operations = operationsOf(JSON.parse(body) as ApiDocument);
    contention = measureContention();
  });

  afterAll(async () => {
    const factor = contention?.end() ?? 1;
    const alive = child?.exitCode === null;
    child?.kill('SIGTERM');
    if (alive && child !== undefined) await once(child, 'close');
    expect(alive, `The API ended by itself:\n${written.slice(-5).join('\n')}`).toBe(true);
    expectUnharmed(written, factor);
  });

  return {
    port,
    mongoUri,
    redisUrl,
    get redis() {
      return redis.server;
    },
    tokens: tokens as Record<Role, string>,
    get operations() {
      return operations;
    },
    targetOf({ path }, whose = 'own') {
      if (known === undefined) throw new Error('There are no records yet.');
      const { ownUser, otherUser, ownJob, otherJob, finishedRun } = known;
      return fill(path, {
        userId: whose === 'own' ? ownUser : otherUser,
        jobId: whose === 'own' ? ownJob : otherJob,
        runId: finishedRun,
        ...{ queue: 'user-data', kind: 'user-data', schedule: 'user-data-hourly' },
      });
    },
    written,
    async attack(attack, as) {
      const authorization = as && { Authorization: `Bearer ${tokens[as]}` };
      const whole = { ...attack, headers: { ...authorization, ...attack.headers } };
      const received = await send(port, whole);
      const secrets = [
        JWT_SECRET,
        DATA_KEY,
        PASSWORD,
        mongoUri,
        ...(as === 'user' ? [OTHERS] : []),
      ];
      expect(faultsOf(operations, secrets, whole, received)).toEqual([]);
      // Documented everywhere, but right only of queues that no worker takes jobs from: all is up.
      if (received.status === 503) expect(attack.target).toMatch(/queue\/health/i);
      return received;
    },
  };
}

function startServer(settings: Readonly<Record<string, string>>, written: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(projectDir, 'dist/server/api/server.js')], {
    cwd: projectDir,
    env: environmentOf({
      ...{ JWT_SECRET, DATA_KEY, TRUST_PROXY: '1', SCHEDULES_ENABLED: 'false' },
      ...settings,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null)
      createInterface({ input: stream }).on('line', (line) => written.push(line));
  }
  return child;
}

async function makeRecords(): Promise<Known> {
  const [ownUser, otherUser] = [await makeUser('own'), await makeUser(OTHERS)];
  const finishedRun = 'm-finished';
  await makeRun({ _id: finishedRun, status: 'completed', finishedAt: new Date() });
  const ownJob = await makeJob(finishedRun, ownUser);
  const error = { code: 'JOB_FAILED', message: OTHERS };
  const otherJob = await makeJob(finishedRun, otherUser, { error, history: [OTHERS] });
  for (const role of ['admin', 'viewer', 'user'] as const) {
    const user = role === 'user' ? 'own' : undefined;
    await createAccount({ email: `${role}@example.com`, password: PASSWORD, role, user });
  }
  return { ownUser, otherUser, finishedRun, ownJob, otherJob };
}

async function login(port: number, role: Role): Promise<string> {
  const { status, body } = await send(port, {
    method: 'POST',
    target: '/app/auth/login',
    body: JSON.stringify({ email: `${role}@example.com`, password: PASSWORD }),
  });
  expect(status, body).toBe(200);
  return String(JSON.parse(body).token);
}

/** The process's own word on what it did. */
function expectUnharmed(written: readonly string[], contention: number): void {
  expect(
    written.filter((line) => !line.startsWith('{')),
    'written beside the log',
  ).toEqual([]);
  const lines = written.map((line) => JSON.parse(line) as LogLine);
  const requests = lines.filter(({ message }) => message === 'Request');
  expect(requests.length).toBeGreaterThan(0);
  expect(
    lines.filter(({ message, status }) => status === 500 || message === 'A request failed'),
  ).toEqual([]);
  const ours = requests.filter(
    ({ requestId, path }) =>
      !String(requestId).startsWith(SLOW) && !/(\/events|\/app\/live)$/.test(String(path)),
  );
  const [longest] = ours.toSorted((a, b) => Number(b.durationMs) - Number(a.durationMs));
  console.log(
    `${requests.length} requests, the longest took the server ${longest?.durationMs} ms ` +
      `(${longest?.method} ${longest?.path}: ${longest?.status}), while work here took ` +
      `${contention.toFixed(1)} times as long as on an idle machine`,
  );
  const late = ours.filter(({ durationMs }) => Number(durationMs) > ANSWER_MS * contention);
  expect(late).toEqual([]);
}
