import { randomUUID } from 'node:crypto';
import { beforeAll, expect, vi } from 'vitest';
import { type ServiceLogDoc, ServiceLogModel } from '../../../server/models/ServiceLogModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { useApiAndWorker } from './apiAndWorker.ts';
import { limiting, receiver, target } from './serviceTargets.ts';

const PASSWORD = 'a-long-test-password';

/** However busy the machine is. */
export const PATIENTLY = { timeout: 60_000, interval: 30 };

export const base = target.url;
export const env = await useApiAndWorker({
  LOGIN_ATTEMPTS_PER_MINUTE: '1000',
  EGRESS_ALLOW: [target, limiting, receiver].map(({ port }) => `127.0.0.1:${port}`).join(),
  NOTIFY_SLACK_WEBHOOK_URL: `${receiver.url}/slack`,
  NOTIFY_WEBHOOK_URL: `${receiver.url}/signed`,
  ...{ NOTIFY_WEBHOOK_SECRET: 'a-secret-of-24-characters', SERVICE_NOTICES_EVERY_MS: '1000' },
  ...{ SERVICE_SYNC_SPREAD_MS: '1000', SERVICE_SYNC_HOST_SPACING_MS: '2' },
  ...{ JOB_RETRY_DELAY_MS: '30', SERVICE_SYNC_SCHEDULE: '0 0 29 2 *' },
  ...{ HEALTH_CHECK: 'false', PUBLISH_DUE_POSTS: 'false', CACHE_CLEANUP: 'false' },
});
const tokens: Record<string, string> = {};

beforeAll(async () => {
  for (const role of ['admin', 'viewer'] as const) {
    const email = `${role}@example.com`;
    await createAccount({ email, password: PASSWORD, role });
    await vi.waitFor(async () => {
      const { body } = await ask('POST', '/app/auth/login', { email, password: PASSWORD }, '');
      tokens[role] = String(body.token);
      expect(body.token).toBeDefined();
    }, 15_000);
  }
});

/** As much of an answer as these tests look at. */
interface Answered {
  [field: string]: unknown;
  id: string;
  runId: string;
  jobId: string;
  error: { code: string; message: string };
  items: (Answered & ServiceLogDoc)[];
  lastRun: { runId: string; balanced: boolean; enumerated: number; status: string };
  recent: { completed: Answered[]; failed: (Answered & { name: string })[] };
}

/** Asked again where the database gave no answer in time: a busy machine is not what is tested here. */
export async function ask(method: string, path: string, body?: unknown, as = 'admin') {
  return vi.waitFor(async () => {
    const answer = await askOnce(method, path, body, as);
    expect(answer.status).not.toBe(503);
    return answer;
  }, PATIENTLY);
}

async function askOnce(method: string, path: string, body: unknown, as: string) {
  const answer = await fetch(`http://127.0.0.1:${env.PORT}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(tokens[as] && { authorization: `Bearer ${tokens[as]}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answered };
}

export const OK_FIELD = { fields: [{ pointer: '/ok', equals: true }] };

/** Adds a service. @returns its id. */
export async function add(given: Record<string, unknown>): Promise<string> {
  const { status, body } = await ask('POST', '/api/v1/services', {
    ...{ name: randomUUID(), adapter: 'json', category: 'test' },
    ...(given.adapter === undefined && { settings: OK_FIELD }),
    ...given,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

/** Reads one service now. @returns its new log. */
export async function sync(id: string): Promise<ServiceLogDoc> {
  const { status, body } = await ask('POST', `/api/v1/sync/service/${id}`);
  expect(status, JSON.stringify(body)).toBe(202);
  return vi.waitFor(async () => {
    const log = await ServiceLogModel.findOne({ jobId: body.jobId }).lean<ServiceLogDoc>();
    if (log === null) throw new Error('It is not written down yet.');
    const job = await JobStatusModel.findById(body.jobId).lean();
    expect(['completed', 'failed']).toContain(job?.status);
    return log;
  }, PATIENTLY);
}
