import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Answer, ApiClient } from './apiClient.ts';

/** Asks for a run again and again, whatever happens to the installation meanwhile. */
export interface BalanceWatch {
  /** Every answer so far. */
  readonly answers: readonly Answer[];
  /** Stops asking, and holds every answer to what is promised of it. */
  stop(allowed?: { unavailable?: boolean; unanswered?: boolean }): Promise<void>;
}

const INTERVAL_MS = 100;
const ENDS = ['duplicates', 'queued', 'active', 'delayed', 'completed', 'failed', 'cancelled'];

/** Whether every user that was enumerated is in one of the states. */
function addsUp(run: Answer['body']): boolean {
  return ENDS.reduce((sum, state) => sum + Number(run[state]), 0) === run.enumerated;
}

/** Starts asking. While the API process itself is gone there is no answer to judge. */
export function watchBalance(api: ApiClient, runId: string): BalanceWatch {
  const answers: Answer[] = [];
  const failures: string[] = [];
  let stopped = false;

  async function watch(): Promise<void> {
    while (!stopped) {
      await api.get(`/app/job-status/runs/${runId}`).then(
        (answer) => answers.push(answer),
        (error: Error) => failures.push(error.name),
      );
      await wait(INTERVAL_MS);
    }
  }
  const watching = watch();

  return {
    answers,
    async stop({ unavailable = false, unanswered = false } = {}) {
      stopped = true;
      await watching;
      const answered = answers.filter(({ status }) => status === 200);
      expect(answered.length, 'answers while the run went on').toBeGreaterThan(5);
      expect(answered.filter(({ body }) => body.balanced !== true || !addsUp(body))).toEqual([]);
      const others = answers.filter(({ status }) => status !== 200);
      expect(others.filter(({ status }) => status !== 503)).toEqual([]);
      // On a machine that is short of processors MongoDB may now and then be too slow to count.
      if (!unavailable) expect(others.length).toBeLessThanOrEqual(answers.length / 10);
      expect(failures, 'requests that hung').not.toContain('TimeoutError');
      if (!unanswered) expect(failures, 'requests without an answer').toEqual([]);
    },
  };
}
