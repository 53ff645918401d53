import { waitUntil } from '../../scripts/waiting.mjs';
import type { ApiClient } from '../e2e/apiClient.ts';

/** Clients that follow a run, and ask again at once when their stream has ended, as people's do. */
export interface Followers {
  /** How often a stream was ended, and how: `in order`, or the system's code. */
  readonly ends: readonly string[];
  /** Answers other than 200. */
  readonly refused: readonly number[];
  /** Waits until so many streams are open. */
  whenOpen(): Promise<void>;
  /** Leaves; rejects if a stream could not be opened. */
  stop(): Promise<void>;
}

const FOLLOWERS = 3;

export function followRun(api: ApiClient, runId: string): Followers {
  const ends: string[] = [];
  const refused: number[] = [];
  const open = new Set<{ close(): void }>();
  let stopped = false;

  async function follow(): Promise<void> {
    while (!stopped) {
      const stream = await api.open(`/app/job-status/runs/${runId}/events`);
      if (stream.status !== 200) refused.push(stream.status);
      open.add(stream);
      const end = await stream.ended;
      open.delete(stream);
      if (!stopped) ends.push(end);
    }
  }
  const following = Promise.all(Array.from({ length: FOLLOWERS }, follow));
  // Heard in stop(); until then a rejection must not end the test.
  following.catch(() => undefined);

  return {
    ends,
    refused,
    async whenOpen() {
      await waitUntil(async () => open.size === FOLLOWERS, {
        timeoutMs: 30_000,
        what: `${FOLLOWERS} open streams`,
      });
    },
    async stop() {
      stopped = true;
      for (const stream of open) stream.close();
      await following;
    },
  };
}
