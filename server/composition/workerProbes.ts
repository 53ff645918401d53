import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { succeedsInTime } from '../config/inTime.ts';
import type { FailedQueue } from '../Services/BackgroundJobs/queues/registration.ts';

/** Whether a worker can work, and what it stands on. */
interface Readiness {
  ready: boolean;
  process: 'starting' | 'running' | 'stopping';
  mongodb: 'up' | 'down';
  redis: 'up' | 'down';
  /** Those whose jobs it takes. */
  queues: readonly string[];
  /** Those it could not register, and why. */
  failedQueues: readonly FailedQueue[];
}

interface Consuming {
  /** Without any queue it is not ready. */
  registered: () => { queues: readonly string[]; failed: readonly FailedQueue[] };
  redis: () => Promise<boolean>;
}

interface ReadinessOptions {
  mongo: () => Promise<boolean>;
  stopping: () => boolean;
  /** Those known to have failed before it consumes. */
  failed: readonly FailedQueue[];
}

/** Knows whether a worker process is ready: not before `consuming` has been called. */
export function workerReadiness({ mongo, stopping, failed: failedBefore }: ReadinessOptions) {
  let consuming: Consuming | undefined;
  return {
    consuming(started: Consuming): void {
      consuming = started;
    },
    async check(): Promise<Readiness> {
      const [mongoUp, redisUp] = await Promise.all([
        succeedsInTime(mongo, CHECK_DEADLINE_MS),
        succeedsInTime(consuming?.redis ?? (async () => false), CHECK_DEADLINE_MS),
      ]);
      const state = consuming === undefined ? 'starting' : 'running';
      const process = stopping() ? 'stopping' : state;
      const { queues, failed } = consuming?.registered() ?? { queues: [], failed: failedBefore };
      return {
        ready: process === 'running' && queues.length > 0 && mongoUp && redisUp,
        process,
        mongodb: mongoUp ? 'up' : 'down',
        redis: redisUp ? 'up' : 'down',
        queues,
        failedQueues: failed,
      };
    },
  };
}

const CHECK_DEADLINE_MS = 900;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * Serves a worker's probes: `/health/live` says that its event loop turns, `/health/ready` whether
 * it can work, 503 if it cannot.
 * @throws when the port is taken.
 */
export async function serveProbes(
  check: () => Promise<Readiness>,
  { host, port }: { host: string; port: number },
): Promise<{ stop(): Promise<void> }> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, { status: 'method not allowed' });
    if (request.url === '/health/live') return answer(response, 200, { status: 'ok' });
    if (request.url !== '/health/ready') return answer(response, 404, { status: 'not found' });
    const { ready, ...checks } = await check();
    answer(response, ready ? 200 : 503, { status: ready ? 'ok' : 'down', checks });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
