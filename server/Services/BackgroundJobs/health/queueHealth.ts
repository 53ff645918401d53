import type { CanaryReturn, QueueDoc } from '../../../models/system/QueueModel.ts';
import type { WorkerAsked, WorkerDoc } from '../../../models/system/WorkerModel.ts';
import { liveWorkers, silentWorkers } from '../consuming/workerSigns.ts';
import type { QueueManager, QueueNumbers, QueueStats } from '../queues/queueManager.ts';
import { createCountFailed } from '../recording/countByQueue.ts';
import { clockSetBack } from './clockSetBack.ts';
import { lastFlow, readFlow } from './flow.ts';
import { type HealthStatus, judgeAll, judgeQueue, type Verdict } from './verdict.ts';

/** How one queue fares. Redis' numbers are null when they cannot be had. */
export interface QueueHealth extends Verdict {
  queue: string;
  waiting: number | null;
  active: number | null;
  delayed: number | null;
  /** Within REDIS_KEEP_FINISHED_MS. */
  completed: number | null;
  /** All that stand in the DLQ. */
  failed: number;
  paused: boolean | null;
  oldestWaitingMs: number | null;
  lastCompletedAt: Date | null;
  /** Live workers that take its jobs. */
  workers: number;
  /** The last canary that came back. */
  canary: CanaryReturn | null;
}

/** How all queues fare, and who works on them. */
export interface QueueHealthReport {
  status: HealthStatus;
  reasons: string[];
  redis: 'up' | 'down';
  queues: QueueHealth[];
  /** Those whose heartbeat is fresh. */
  workers: WorkerView[];
}

/** A worker process as its last heartbeat shows it. */
interface WorkerView
  extends Omit<WorkerDoc, '_id' | 'farewellAt' | 'expiresAt' | 'quiet' | 'asked'> {
  worker: string;
  quiet: boolean;
  asked: WorkerAsked | null;
}

/** A worker that fell silent longer ago is no news: PM2 has started another. */
export const SILENCE_TOLD_MS = 120_000;

/**
 * Makes the report from Redis, from the workers' heartbeats and from what MongoDB knows of the
 * queues' flow. Answers while Redis is away; rejects while MongoDB is.
 */
export function createQueueHealth(
  manager: Pick<QueueManager, 'getAllQueueStats'>,
): () => Promise<QueueHealthReport> {
  const countFailed = createCountFailed();
  return async () => {
    const [stats, live, silent, clock, failed] = await Promise.all([
      manager.getAllQueueStats(),
      liveWorkers(),
      silentWorkers(SILENCE_TOLD_MS),
      clockSetBack(),
      countFailed(),
    ]);
    const flow = await readFlow(stats.map(({ queue }) => queue));
    const queues = stats.map((each) => ({
      ...healthOf(each, flow.get(each.queue) ?? {}, live),
      failed: failed.get(each.queue) ?? 0,
    }));
    return {
      ...judgeAll(queues, silent, clock),
      redis: isRedisUnusable(stats) ? 'down' : 'up',
      queues,
      workers: live.map(({ _id, quiet = false, asked = null, ...rest }) => ({
        ...{ worker: _id, quiet, asked },
        ...rest,
      })),
    };
  };
}

function healthOf(
  stats: QueueStats,
  flow: Partial<QueueDoc>,
  live: readonly WorkerDoc[],
): Omit<QueueHealth, 'failed'> {
  const { queue, numbers } = stats;
  const { lastCompletedAt = null, canarySentAt = null, endlessSince = null } = flow;
  const shown = shownNumbers(numbers);
  const { length: workers } = live.filter(
    (worker) => worker.queues.includes(queue) && !worker.quiet,
  );
  const flowedAt = [lastFlow(flow), numbers?.atWork.takenAt ?? null].filter((at) => at !== null);
  const verdict = judgeQueue({
    queue,
    numbers: numbers && {
      ...numbers,
      oldestWaitingMs: shown.oldestWaitingMs,
      locked: numbers.atWork.locked,
    },
    unseen: stats.numbers !== null || stats.redis === 'away' ? null : stats.reason,
    deadlineMs: stats.numbers === null ? 0 : stats.deadlineMs,
    workers,
    failedRegistrations: failuresOf(queue, live),
    flowedMs: flowedAt.length === 0 ? null : Math.min(...flowedAt.map(ageMs)),
    endlessMs: endlessSince === null ? null : ageMs(endlessSince),
    canaryAwayMs: canarySentAt === null ? null : ageMs(canarySentAt),
  });
  return {
    queue,
    ...verdict,
    ...shown,
    lastCompletedAt,
    workers,
    canary: shownCanary(flow.canary ?? null),
  };
}

/** One queue's error is not Redis'. */
function isRedisUnusable(stats: readonly QueueStats[]): boolean {
  const unseen = stats.filter((each) => each.numbers === null);
  return unseen.some(({ redis }) => redis !== 'up') && unseen.length === stats.length;
}

function shownNumbers(numbers: QueueNumbers | null) {
  if (numbers === null) {
    const none = { waiting: null, active: null, delayed: null, completed: null };
    return { ...none, paused: null, oldestWaitingMs: null };
  }
  const { waiting, active, delayed, completed, paused, oldestWaitingSince } = numbers;
  const oldestWaitingMs = oldestWaitingSince === null ? null : ageMs(oldestWaitingSince);
  return { waiting, active, delayed, completed, paused, oldestWaitingMs };
}

/** No round trip is below zero, as one could be stored where clocks differ. */
function shownCanary(canary: CanaryReturn | null): CanaryReturn | null {
  return canary && { ...canary, roundTripMs: Math.max(0, canary.roundTripMs) };
}

function failuresOf(queue: string, workers: readonly WorkerDoc[]) {
  return workers.flatMap(({ _id, failedQueues }) =>
    failedQueues
      .filter((failed) => failed.queue === queue)
      .map(({ reason }) => ({ worker: _id, reason })),
  );
}

/** Clocks of several machines differ a little: no age is below zero. */
function ageMs(since: Date): number {
  return Math.max(0, Date.now() - since.getTime());
}
