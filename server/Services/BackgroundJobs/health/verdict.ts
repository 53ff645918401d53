import type { PendingCounts } from '../queues/jobQueue.ts';
import { type ClockSetBack, setBackText } from './clockSetBack.ts';

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
  /** Null when they cannot be had. */
  numbers:
    | (PendingCounts & {
        paused: boolean;
        oldestWaitingMs: number | null;
        /** Jobs whose lock a worker holds: one in `active` without a lock is nobody's. */
        locked: number;
      })
    | null;
  /** Why there are no numbers; null when Redis is away. */
  unseen: string | null;
  /** How long a job may be at work. */
  deadlineMs: number;
  /** Workers whose heartbeat is fresh and that take this queue's jobs. */
  workers: number;
  /** Workers that could not register the queue, each with its reason. */
  failedRegistrations: readonly { worker: string; reason: string }[];
  /** Since a worker last took or completed a job, or a canary came back; null if never. */
  flowedMs: number | null;
  /** Since when jobs are begun and none has ended; null when one has. */
  endlessMs: number | null;
  /** Since when the canary under way has been away; null when none is. */
  canaryAwayMs: number | null;
}

/** How long nothing may flow while a worker has room and a job or a canary waits for it. */
const UNTAKEN_MS = 20_000;

/** Judges one queue: whether jobs flow through it, and what keeps them. */
export function judgeQueue(facts: QueueFacts): Verdict {
  const down = whyDown(facts);
  const degraded = whyDegraded(facts);
  if (down.length > 0) return { status: 'down', reasons: [...down, ...degraded] };
  return { status: degraded.length > 0 ? 'degraded' : 'ok', reasons: degraded };
}

function whyDown(facts: QueueFacts): string[] {
  const { queue, numbers, workers, canaryAwayMs } = facts;
  if (numbers === null) return [whyUnseen(facts)];
  if (workers === 0) {
    const { waiting, delayed } = numbers;
    return [`No worker consumes ${queue}, where ${waiting + delayed} jobs wait: start one.`];
  }
  if (numbers.paused) return [];
  const { oldestWaitingMs } = numbers;
  if (oldestWaitingMs !== null && standsStill(oldestWaitingMs, numbers.locked, facts)) {
    return [
      `Jobs have waited in ${queue} for ${seconds(oldestWaitingMs)} and no worker takes one: restart the workers.`,
    ];
  }
  // Where jobs have flowed since it was sent, its return was not noted.
  const isOutdated = canaryAwayMs !== null && canaryAwayMs >= (facts.flowedMs ?? Infinity);
  if (canaryAwayMs !== null && !isOutdated && standsStill(canaryAwayMs, numbers.locked, facts)) {
    return [
      `The canary sent through ${queue} ${seconds(canaryAwayMs)} ago has not come back: workers are there and take no jobs. Restart them.`,
    ];
  }
  return [];
}

function whyUnseen({ queue, unseen }: QueueFacts): string {
  return unseen === null
    ? 'Redis is away: no job can be added or taken.'
    : `${queue} could not be looked at: ${unseen}`;
}

/**
 * Whether what has waited so long should have been taken: nothing flowed all the while, and jobs that
 * keep the workers busy would be over by now.
 */
function standsStill(
  waitedMs: number,
  locked: number,
  { flowedMs, deadlineMs }: QueueFacts,
): boolean {
  const stillMs = Math.min(waitedMs, flowedMs ?? Infinity);
  return stillMs > UNTAKEN_MS + (locked === 0 ? 0 : deadlineMs);
}

function whyDegraded(facts: QueueFacts): string[] {
  const { queue, numbers, failedRegistrations } = facts;
  const paused = numbers?.paused === true ? [`${queue} is paused: resume it to go on.`] : [];
  const failed = failedRegistrations.map(
    ({ worker, reason }) => `Worker ${worker} could not register ${queue}: ${reason}`,
  );
  return [...paused, ...whyEndless(facts), ...failed];
}

/** Jobs that are handed back again and again flow in a circle. */
function whyEndless({ queue, numbers, endlessMs, deadlineMs, workers }: QueueFacts): string[] {
  if (numbers === null || numbers.paused || workers === 0) return [];
  const pending = numbers.waiting + numbers.active + numbers.delayed;
  if (pending === 0 || endlessMs === null || endlessMs <= UNTAKEN_MS + deadlineMs) return [];
  return [
    `Jobs of ${queue} have been taken for ${seconds(endlessMs)} and none has ended: the workers’ log says why they are handed back.`,
  ];
}

/** Judges them together: down when no queue works, degraded when one does not. */
export function judgeAll(
  queues: readonly Verdict[],
  silentWorkers: readonly string[],
  clock: ClockSetBack | null = null,
): Verdict {
  const silent = silentWorkers.map(
    (worker) => `Worker ${worker} fell silent without a farewell: it crashed, hangs or is frozen.`,
  );
  const setBack = clock === null ? [] : [setBackText(clock)];
  const ofQueues = new Set(queues.flatMap((verdict) => verdict.reasons));
  const reasons = [...ofQueues, ...silent, ...setBack];
  if (queues.every(({ status }) => status === 'down')) return { status: 'down', reasons };
  return { status: reasons.length > 0 ? 'degraded' : 'ok', reasons };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
