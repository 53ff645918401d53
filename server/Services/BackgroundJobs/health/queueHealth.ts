import type { CanaryReturn } from '../../../models/system/QueueModel.ts';
import type { WorkerDoc } from '../../../models/system/WorkerModel.ts';
import { liveWorkers, silentWorkers } from '../consuming/workerSigns.ts';
import type { QueueManager, QueueNumbers } from '../queues/queueManager.ts';
import { readFlow } from './flow.ts';
import { type HealthStatus, judgeAll, judgeQueue, type Verdict } from './verdict.ts';

/** How one queue fares. Numbers are null while Redis is away. */
export interface QueueHealth extends Verdict {
  queue: string;
  waiting: number | null;
  active: number | null;
  delayed: number | null;
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
interface WorkerView extends Omit<WorkerDoc, '_id' | 'farewellAt' | 'expiresAt'> {
  worker: string;
}

/** A worker that fell silent longer ago is no news: PM2 has started another. */
const SILENCE_TOLD_MS = 120_000;

/**
 * Makes the report from Redis, from the workers' heartbeats and from what MongoDB knows of the
 * queues' flow. Answers while Redis is away; rejects while MongoDB is.
 */
export function createQueueHealth(
  manager: Pick<QueueManager, 'queues' | 'getAllQueueStats'>,
): () => Promise<QueueHealthReport> {
  const names = manager.queues.map(({ name }) => name);
  return async () => {
    const [numbers, flow, live, silent] = await Promise.all([
      manager.getAllQueueStats(),
      readFlow(names),
      liveWorkers(),
      silentWorkers(SILENCE_TOLD_MS),
    ]);
    const queues = names.map((queue): QueueHealth => {
      const numbersOfQueue = numbers?.find((each) => each.queue === queue);
      const shown = shownNumbers(numbersOfQueue);
      const { lastCompletedAt = null, canarySentAt = null, canary = null } = flow.get(queue) ?? {};
      const { length: workers } = live.filter((worker) => worker.queues.includes(queue));
      const verdict = judgeQueue({
        queue,
        numbers:
          numbersOfQueue === undefined
            ? null
            : { ...numbersOfQueue, oldestWaitingMs: shown.oldestWaitingMs },
        workers,
        failedRegistrations: failuresOf(queue, live),
        canaryAwayMs: canarySentAt === null ? null : ageMs(canarySentAt),
      });
      return { queue, ...verdict, ...shown, lastCompletedAt, workers, canary };
    });
    return {
      ...judgeAll(queues, silent),
      redis: numbers === null ? 'down' : 'up',
      queues,
      workers: live.map(({ _id, ...rest }) => ({ worker: _id, ...rest })),
    };
  };
}

function shownNumbers(numbers: QueueNumbers | undefined) {
  if (numbers === undefined) {
    return { waiting: null, active: null, delayed: null, paused: null, oldestWaitingMs: null };
  }
  const { waiting, active, delayed, paused, oldestWaitingSince } = numbers;
  const oldestWaitingMs = oldestWaitingSince === null ? null : ageMs(oldestWaitingSince);
  return { waiting, active, delayed, paused, oldestWaitingMs };
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
