import type { z } from 'zod';
import type { newHttpTask } from '../routes/httpTasks.schemas.ts';
import type {
  jobStatus,
  retriedPart,
  retryFilter,
  run,
  runRequest,
} from '../routes/jobStatus.schemas.ts';
import { USER_DATA } from '../Services/BackgroundJobs/jobs/userData/userData.job.ts';

/** A run as the API answers it. */
export type Run = z.output<typeof run>;
export type Job = Pick<z.output<typeof jobStatus>, 'jobId' | 'runId' | 'status' | 'error'>;
export type RunRequest = z.output<typeof runRequest>;
export type RetryFilter = z.input<typeof retryFilter>;
type RetriedPart = z.output<typeof retriedPart>;
type HttpTaskRequest = z.input<typeof newHttpTask>;

interface Page<Item> {
  items: Item[];
}

export interface ApiLogin {
  /** The API’s address, such as `http://127.0.0.1:3000`. */
  url: string;
  email: string;
  password: string;
}

const ANSWER_MS = 10_000;
const BASE = '/app/job-status';
const HTTP_TASKS = '/api/v1/http-tasks';
const SYNC = '/api/v1/sync';

/** The API refused, or did not answer as it should. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** What the commands ask of the API. Each method throws ApiError. */
export interface ApiClient {
  /** Begins a run; the same key again answers with the run it began before. */
  begin(request: RunRequest, idempotencyKey: string): Promise<string>;
  run(runId: string): Promise<Run>;
  /** The newest run of users. */
  lastRun(): Promise<Run | undefined>;
  failedJobs(runId: string, limit: number): Promise<Job[]>;
  retryJob(jobId: string): Promise<void>;
  /** Retries the failed jobs that the filter meets, at most a thousand. */
  retryFailed(filter: RetryFilter): Promise<RetriedPart>;
  /** A job of the run that is not finished, if the newest hundred waiting ones hold one. */
  openJob(runId: string): Promise<Job | undefined>;
  /** How many users an ordinary run is for. */
  activeUsers(): Promise<number>;
  /** Puts an HTTP task in; the same key again is the same task. */
  httpTask(task: HttpTaskRequest, idempotencyKey: string | undefined): Promise<{ id: string }>;
  showHttpTask(id: string): Promise<unknown>;
  /** Reads one service now, or all active ones. @returns the id of the job or run. */
  syncServices(id: string | undefined): Promise<string>;
  /** Compares both ways that tasks go. */
  httpTaskReport(span: { from?: string; to?: string }): Promise<unknown>;
}

/**
 * Talks to the API of this installation as its administrator, logging in when it must.
 */
export function createApiClient({ url, email, password }: ApiLogin): ApiClient {
  let token: string | undefined;

  async function logIn(): Promise<string> {
    const answer = await send(`${url}/app/auth/login`, {
      method: 'POST',
      body: { email, password },
    });
    if (answer.status === 401) {
      throw new ApiError(
        401,
        `The API does not know ${email} by the ADMIN_PASSWORD of .env. ` +
          `To set that password: npm run account -- password ${email}`,
      );
    }
    const { token } = await expectOk<{ token: string }>(answer);
    return token;
  }

  async function ask<Answer>(path: string, request: Request = {}): Promise<Answer> {
    token ??= await logIn();
    const authorized = () =>
      send(`${url}${path.startsWith('/api/') ? '' : BASE}${path}`, {
        ...request,
        headers: { ...request.headers, authorization: `Bearer ${token}` },
      });
    let answer = await authorized();
    if (answer.status === 401) {
      token = await logIn();
      answer = await authorized();
    }
    return expectOk<Answer>(answer);
  }

  return {
    async begin(request, idempotencyKey) {
      const headers = { 'idempotency-key': idempotencyKey };
      const { runId } = await ask<{ runId: string }>('/runs', {
        method: 'POST',
        body: request,
        headers,
      });
      return runId;
    },
    run: (runId) => ask<Run>(`/runs/${runId}`),
    async lastRun() {
      const { items } = await ask<Page<Run>>(`/runs?limit=1&kind=${USER_DATA}`);
      return items[0];
    },
    async failedJobs(runId, limit) {
      const { items } = await ask<Page<Job>>(`/failed?runId=${runId}&limit=${limit}`);
      return items;
    },
    async retryJob(jobId) {
      await ask(`/job/${jobId}/retry`, { method: 'POST' });
    },
    retryFailed: (filter) => ask('/failed/retry', { method: 'POST', body: filter }),
    async openJob(runId) {
      for (const status of ['active', 'delayed', 'queued']) {
        const { items } = await ask<Page<Job>>(`/recent?status=${status}&limit=100`);
        const open = items.find((job) => job.runId === runId);
        if (open !== undefined) return open;
      }
      return undefined;
    },
    async activeUsers() {
      const { totalUsers } = await ask<{ totalUsers: number }>('/recommendation');
      return totalUsers;
    },
    httpTask: (task, key) =>
      ask(HTTP_TASKS, {
        method: 'POST',
        body: task,
        ...(key !== undefined && { headers: { 'idempotency-key': key } }),
      }),
    httpTaskReport: (span) => ask(`${HTTP_TASKS}/report?${new URLSearchParams(span)}`),
    showHttpTask: (id) => ask(`${HTTP_TASKS}/${encodeURIComponent(id)}`),
    async syncServices(id) {
      const path = id === undefined ? 'all' : `service/${encodeURIComponent(id)}`;
      const begun = await ask<{ runId?: string; jobId?: string }>(`${SYNC}/${path}`, {
        method: 'POST',
      });
      return begun.runId ?? begun.jobId ?? '';
    },
  };
}

/**
 * Begins a scheduled job now. @returns the id of the run or job that it began.
 * @throws ApiError
 */
export async function triggerJob(url: string, apiKey: string, jobName: string): Promise<string> {
  const answer = await send(`${url}/api/cron-manager`, {
    method: 'POST',
    headers: { 'x-api-key': apiKey },
    body: { action: 'trigger', jobName },
  });
  const { runId, jobId } = await expectOk<{ runId?: string; jobId?: string }>(answer);
  return runId ?? jobId ?? '';
}

interface Request {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: unknown;
}

async function send(url: string, { method = 'GET', headers, body }: Request): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (cause) {
    throw new ApiError(0, `Nothing answers at ${new URL(url).origin}. Does it run? npm start`, {
      cause,
    });
  }
}

async function expectOk<Answer>(answer: Response): Promise<Answer> {
  if (answer.ok) return (await answer.json()) as Answer;
  const text = await answer.text();
  throw new ApiError(answer.status, `The API answered ${answer.status}: ${messageIn(text)}`);
}

function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: string } | string };
    return (typeof error === 'string' ? error : error?.message) ?? text;
  } catch {
    return text.slice(0, 200);
  }
}
