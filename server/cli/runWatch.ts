import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, ApiError, type Run } from './apiClient.ts';
import { followPace } from './runPace.ts';
import type { RunProgress } from './runProgress.ts';

export interface WatchOptions {
  client: ApiClient;
  progress: RunProgress;
  /** How many users the run is for, if that is known before it has enumerated them. */
  expectedUsers: number;
  /** Called once, when all users of the run are enqueued. */
  onEnqueued?: () => Promise<void>;
  /** After so long without any change, it says how to find out why. */
  stuckMs?: number;
  /** After so long without any change, it stops watching. */
  giveUpMs?: number;
  pollMs?: number;
}

const POLL_MS = 500;
const STUCK_MS = 60_000;
const GIVE_UP_MS = 10 * 60_000;
/** The API counts a whole run for each answer: watching shall not cost what working needs. */
const POLLS_SHARE = 0.1;

/**
 * Watches a run until it is over. The run does not need a watcher: to leave is safe at any time.
 * An API that is away for less than `stuckMs`, as while it restarts, is waited for.
 * @returns the run as it ended, or as it stood when nothing had changed for `giveUpMs`.
 * @throws ApiError when the API refuses, or is away for longer.
 */
export async function watchRun(runId: string, options: WatchOptions): Promise<Run> {
  const { client, progress, pollMs = POLL_MS } = options;
  const { stuckMs = STUCK_MS, giveUpMs = GIVE_UP_MS } = options;
  const pace = followPace(options.expectedUsers);
  let { onEnqueued } = options;
  let toldStuck = false;
  let lastAnswer = performance.now();
  try {
    for (;;) {
      const asked = performance.now();
      const run = await client.run(runId).catch((error: unknown) => {
        if (!isPassing(error) || performance.now() - lastAnswer > stuckMs) throw error;
        return undefined;
      });
      if (run !== undefined) {
        lastAnswer = performance.now();
        const standing = pace(run, lastAnswer);
        progress.update(standing);
        if (run.status !== 'enumerating') {
          await onEnqueued?.();
          onEnqueued = undefined;
        }
        if (run.status === 'completed' || run.status === 'cancelled') return run;
        if (standing.idleMs >= giveUpMs) return run;
        if (standing.idleMs < stuckMs) toldStuck = false;
        else if (!toldStuck) {
          toldStuck = true;
          progress.say(await stuckAdvice(client, runId, stuckMs));
        }
      }
      await sleep(Math.max(pollMs, (performance.now() - asked) / POLLS_SHARE));
    }
  } finally {
    progress.stop();
  }
}

/** No answer at all, or one that a restart or an outage brings. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

async function stuckAdvice(client: ApiClient, runId: string, stuckMs: number): Promise<string> {
  const job = await client.openJob(runId).catch(() => undefined);
  const why = job === undefined ? 'npx pm2 logs worker' : `npm run why -- ${job.jobId}`;
  return (
    `No change for ${Math.round(stuckMs / 1000)} s. What holds it:   ${why}\n` +
    'Ctrl-C is safe: the run goes on without a watcher. To see it later:   npm run run -- --last'
  );
}
