import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ApiClient, type Unanswered, wasClosedIdle } from '../e2e/apiClient.ts';
import { type Away, metItAway } from './apiAway.ts';

interface Probed {
  path: string;
  /** 0 when there was no answer: `unanswered` says why. */
  status: number;
  ms: number;
  at: number;
  unanswered?: Pick<Unanswered, 'code' | 'connectionReused'>;
}

interface Allowed {
  /** When the test had taken the API away. */
  away?: readonly Away[];
  /** An idle connection may be closed just as a request is sent on it. */
  mayCloseIdle?: boolean;
}

/** Asks the API ten times a second, whatever happens, without waiting for the answer before. */
export interface HttpProbe {
  readonly probed: readonly Probed[];
  stop(): Promise<void>;
  /** Holds every answer to the promise: served, or 503 within a second; none is missing. */
  expectServedOrUnavailable(allowed?: Allowed): void;
}

const INTERVAL_MS = 100;
const UNAVAILABLE_WITHIN_MS = 1_000;
/** What needs MongoDB, Redis, both, or nothing but the process. */
const PATHS = ['/health/live', '/app/job-status/queue/stats', '/app/job-status/runs?limit=1'];

export function probeHttp(api: ApiClient): HttpProbe {
  const probed: Probed[] = [];
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  async function ask(path: string): Promise<void> {
    const at = Date.now();
    const answer = await api.get(path).then(
      ({ status, ms }) => ({ status, ms }),
      ({ code, connectionReused }: Unanswered) => ({
        status: 0,
        ms: Date.now() - at,
        unanswered: { code, connectionReused },
      }),
    );
    probed.push({ path, at, ...answer });
  }
  async function probe(): Promise<void> {
    for (let turn = 0; !stopped; turn += 1) {
      const asking = ask(PATHS[turn % PATHS.length] ?? '').finally(() => underWay.delete(asking));
      underWay.add(asking);
      await wait(INTERVAL_MS);
    }
    await Promise.all(underWay);
  }
  const probing = probe();

  return {
    probed,
    async stop() {
      stopped = true;
      await probing;
    },
    expectServedOrUnavailable({ away = [], mayCloseIdle = false } = {}) {
      expect(probed.length).toBeGreaterThan(10);
      const wrong = probed.filter(({ status, at, ms, unanswered }) => {
        if (unanswered === undefined) {
          return status !== 200 && (status !== 503 || ms >= UNAVAILABLE_WITHIN_MS);
        }
        if (mayCloseIdle && wasClosedIdle(unanswered)) return false;
        return !metItAway({ sentAt: at, endedAt: at + ms, code: unanswered.code }, away);
      });
      expect(wrong, 'answers other than 200, or 503 within a second').toEqual([]);
    },
  };
}
