import type { PendingCounts } from '../queue.ts';

/** `down`: no job is done. `degraded`: jobs are done, and something needs a person. */
export type HealthStatus = 'ok' | 'degraded' | 'down';

export interface Verdict {
  status: HealthStatus;
  /** Why it is not `ok`, in words, the worst first. */
  reasons: string[];
}

/** What is known of one queue, ages in milliseconds. */
export interface QueueFacts {
  queue: string;
  /** Null while Redis is away. */
  numbers: (PendingCounts & { paused: boolean; oldestWaitingMs: number | null }) | null;
  /** Workers whose heartbeat is fresh and that take this queue's jobs. */
  workers: number;
  /** Workers that could not register the queue, each with its reason. */
  failedRegistrations: readonly { worker: string; reason: string }[];
  /** Since when the canary under way has been away; null when none is. */
  canaryAwayMs: number | null;
}

/** A job that waits so long while nothing is at work, or a canary away so long: nobody takes jobs. */
const UNTAKEN_MS = 20_000;

/** Judges one queue: whether jobs flow through it, and what keeps them. */
export function judgeQueue(facts: QueueFacts): Verdict {
  const down = whyDown(facts);
  const degraded = whyDegraded(facts);
  if (down.length > 0) return { status: 'down', reasons: [...down, ...degraded] };
  return { status: degraded.length > 0 ? 'degraded' : 'ok', reasons: degraded };
}

function whyDown({ queue, numbers, workers, canaryAwayMs }: QueueFacts): string[] {
  if (numbers === null) return ['Redis is away: no job can be added or taken.'];
  if (workers === 0) {
    const { waiting, delayed } = numbers;
    return [`No worker consumes ${queue}, where ${waiting + delayed} jobs wait: start one.`];
  }
  if (numbers.paused) return [];
  const { active, oldestWaitingMs } = numbers;
  if (active === 0 && oldestWaitingMs !== null && oldestWaitingMs > UNTAKEN_MS) {
    return [
      `Jobs have waited in ${queue} for ${seconds(oldestWaitingMs)} and no worker takes one: restart the workers.`,
    ];
  }
  if (active === 0 && canaryAwayMs !== null && canaryAwayMs > UNTAKEN_MS) {
    return [
      `The canary sent through ${queue} ${seconds(canaryAwayMs)} ago has not come back: workers are there and take no jobs. Restart them.`,
    ];
  }
  return [];
}

function whyDegraded({ queue, numbers, failedRegistrations }: QueueFacts): string[] {
  const paused = numbers?.paused === true ? [`${queue} is paused: resume it to go on.`] : [];
  const failed = failedRegistrations.map(
    ({ worker, reason }) => `Worker ${worker} could not register ${queue}: ${reason}`,
  );
  return [...paused, ...failed];
}

/** Judges them together: down when no queue works, degraded when one does not. */
export function judgeAll(queues: readonly Verdict[], silentWorkers: readonly string[]): Verdict {
  const silent = silentWorkers.map(
    (worker) => `Worker ${worker} fell silent without a farewell: it crashed, hangs or is frozen.`,
  );
  const reasons = [...new Set(queues.flatMap((verdict) => verdict.reasons)), ...silent];
  if (queues.every(({ status }) => status === 'down')) return { status: 'down', reasons };
  return { status: reasons.length > 0 ? 'degraded' : 'ok', reasons };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
