import { byItsCost, shared } from '../../../config/shared.ts';
import type { RunViews } from '../admin/runViews.ts';
import { liveWorkers } from '../consuming/workerSigns.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import { endedByQueue } from '../numbers/readNumbers.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { createCountByQueue } from '../recording/countByQueue.ts';
import type { RunView } from '../runs/balance.ts';
import { openRuns } from '../runs/seal.ts';
import { readSteering } from '../steering/queueSteering.ts';

/** How one queue stands. What Redis knows is null while it is away. */
export interface LiveQueue {
  queue: string;
  waiting: number | null;
  active: number | null;
  delayed: number | null;
  /** Jobs that wait in MongoDB for a later time. */
  scheduled: number;
  /** All that stand as failed. */
  failed: number;
  completedLastMinute: number | null;
  paused: boolean;
}

/** A worker process as its last sign of life shows it. */
export interface LiveWorker {
  worker: string;
  host: string;
  pid: number;
  queues: string[];
  runningJobs: number;
  memoryBytes: number;
  lastSeenAt: Date;
}

/** How all stands at a moment. */
export interface LiveCounts {
  redis: 'up' | 'down';
  queues: LiveQueue[];
  /** The runs that have something to come, newest first, at most twenty. */
  runs: RunView[];
  workers: LiveWorker[];
}

const MAX_RUNS = 20;
const MINUTE_MS = 60_000;

export interface LiveCountsOptions {
  lanes: Lanes;
  runViews: RunViews;
}

/** Reads how all stands: what it costs does not grow with the runs, the history or the backlog. */
export function createLiveCounts({
  lanes,
  runViews,
}: LiveCountsOptions): () => Promise<LiveCounts> {
  const readScheduled = createCountByQueue('scheduled');
  const readEnded = shared(endedByQueue, { maxAgeMs: byItsCost });
  return async () => {
    const [inRedis, scheduled, ended, steering, open, workers] = await Promise.all([
      Promise.all([...lanes].map(seenInRedis)),
      readScheduled(),
      readEnded(),
      readSteering(),
      openRuns(),
      liveWorkers(),
    ]);
    const newest = open.reverse().slice(0, MAX_RUNS);
    return {
      redis: inRedis.some(({ isAway }) => !isAway) ? 'up' : 'down',
      queues: inRedis.map(({ queue, counts }) => ({
        queue,
        ...counts,
        scheduled: scheduled.get(queue) ?? 0,
        failed: ended.get(queue)?.failed ?? 0,
        paused: (steering.get(queue)?.paused ?? null) !== null,
      })),
      runs: await Promise.all(newest.map(runViews.of)),
      workers: workers.map(({ _id, host, pid, queues, runningJobs, memoryBytes, lastSeenAt }) => ({
        ...{ worker: _id, host, pid, queues, runningJobs, memoryBytes, lastSeenAt },
      })),
    };
  };
}

async function seenInRedis({ queue }: Lane) {
  try {
    const [counts, completedLastMinute] = await Promise.all([
      queue.pendingCounts(),
      queue.completedOfLate(MINUTE_MS),
    ]);
    return { queue: queue.name, isAway: false, counts: { ...counts, completedLastMinute } };
  } catch (error) {
    if (!isRedisUnavailable(error)) throw error;
    const counts = { waiting: null, active: null, delayed: null, completedLastMinute: null };
    return { queue: queue.name, isAway: true, counts };
  }
}
