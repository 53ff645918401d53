import type { QueueLimits, QueuePause } from '../../../models/system/QueueModel.ts';
import type { Lane, Lanes } from '../enqueuing/lanes.ts';
import type { JobKind } from '../queues/jobDefinition.ts';
import type { JobQueue, PendingCounts } from '../queues/jobQueue.ts';
import { isRedisUnavailable } from '../queues/redisErrors.ts';
import { createCountByQueue } from '../recording/countByQueue.ts';
import {
  applySteering,
  markDrained,
  readSteering,
  setLimits,
  setPause,
  steeringOf,
} from '../steering/queueSteering.ts';
import { laneNamed } from './laneNamed.ts';
import {
  askToCancelWaiting,
  countWaiting,
  type WaitingCount,
  type WhichWaiting,
} from './waitingJobs.ts';

/** A queue as people see it. */
export interface QueueView {
  queue: string;
  /** The kinds of jobs that stand in it. */
  kinds: string[];
  paused: QueuePause | null;
  limits: QueueLimits;
  /** When it was drained, while jobs of before are left to cancel. */
  drainedAt: Date | null;
  /** Null while Redis cannot tell them; `problem` says why. */
  counts: PendingCounts | null;
  problem: string | null;
  /** Jobs that wait in MongoDB for a later time. */
  scheduled: number;
}

/** Steering queues. Every method rejects with `NOT_FOUND` for a queue that is not there. */
export interface QueueAdministration {
  listQueues(): Promise<QueueView[]>;
  /** Takes effect in all processes within a second, and stays over restarts and losses of Redis. */
  pauseQueue(queue: string, pause: { by: string; note: string }): Promise<QueueView>;
  resumeQueue(queue: string): Promise<QueueView>;
  /** A limit that is left out stays as it is; null takes it away. */
  limitQueue(queue: string, limits: Partial<QueueLimits>): Promise<QueueView>;
  /** What `drainQueue` would cancel, as counted now. */
  countWaiting(queue: string, which: WhichWaiting): Promise<WaitingCount>;
  /**
   * Cancels the jobs that wait now, or those of them that are meant; none at work, and none that comes later.
   * The queue is held for seconds, so that none of them begins after this is answered, however many there are.
   * @returns how many are to be cancelled.
   */
  drainQueue(queue: string, which?: WhichWaiting): Promise<{ queue: string; jobs: number }>;
}

/** What an administrator may see and set of queues. */
export function createQueueAdministration(
  lanes: Lanes,
  kinds: readonly JobKind[],
): QueueAdministration {
  const countScheduled = createCountByQueue('scheduled');
  const laneOf = (queue: string) => laneNamed(lanes, queue);

  async function view({ queue }: Lane): Promise<QueueView> {
    const [steering, { counts, problem }, scheduled] = await Promise.all([
      readSteering(),
      countsOf(queue),
      countScheduled(),
    ]);
    const { paused, limits, drainedAt } = steering.get(queue.name) ?? steeringOf();
    return {
      queue: queue.name,
      kinds: kinds.filter((each) => each.queue.name === queue.name).map(({ kind }) => kind),
      ...{ paused, limits, drainedAt, counts, problem },
      scheduled: scheduled.get(queue.name) ?? 0,
    };
  }

  /** The keeper does it within a second, should Redis be away now. */
  async function applied(lane: Lane): Promise<QueueView> {
    await applySteering(lanes).catch(nullIfAway);
    return view(lane);
  }

  return {
    listQueues: () => Promise.all([...lanes].map(view)),
    async pauseQueue(name, { by, note }) {
      const lane = laneOf(name);
      await setPause(name, { at: new Date(), by, note });
      return applied(lane);
    },
    async resumeQueue(name) {
      const lane = laneOf(name);
      await setPause(name, null);
      return applied(lane);
    },
    async limitQueue(name, limits) {
      const lane = laneOf(name);
      await setLimits(name, limits);
      return applied(lane);
    },
    async countWaiting(name, which) {
      laneOf(name);
      return countWaiting(name, which);
    },
    async drainQueue(name, which = {}) {
      laneOf(name);
      const jobs = await askToCancelWaiting(name, which);
      await markDrained(name);
      await applySteering(lanes).catch(nullIfAway);
      return { queue: name, jobs };
    },
  };
}

/** One queue that cannot be opened, or a Redis that is away, does not hide what is known besides. */
async function countsOf(queue: JobQueue): Promise<Pick<QueueView, 'counts' | 'problem'>> {
  try {
    return { counts: await queue.pendingCounts(), problem: null };
  } catch (error) {
    return { counts: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

function nullIfAway(error: unknown): null {
  if (isRedisUnavailable(error)) return null;
  throw error;
}
