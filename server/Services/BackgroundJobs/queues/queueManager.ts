import type { Env } from '../../../config/env.ts';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { AppError } from '../../../errors/AppError.ts';
import { openQueue } from '../queue.ts';
import { absentQueue } from './absentQueue.ts';
import type { Admission } from './admission.ts';
import type { JobKind, JobOptions } from './jobDefinition.ts';
import type { JobQueue, OptionsOfKind, PendingCounts } from './jobQueue.ts';
import { queuesOf } from './loadProcessors.ts';
import type { JobsAtWork } from './lockless.ts';
import { isRedisUnavailable } from './redisErrors.ts';
import { type FailedQueue, registerEach } from './registration.ts';

/** What Redis says of one queue at this moment. */
export interface QueueNumbers extends PendingCounts {
  /** Jobs that completed within REDIS_KEEP_FINISHED_MS. */
  completed: number;
  paused: boolean;
  oldestWaitingSince: Date | null;
  atWork: JobsAtWork;
}

/** One queue's numbers, or why they cannot be had. */
export type QueueStats =
  | { queue: string; deadlineMs: number; numbers: QueueNumbers }
  | { queue: string; numbers: null; redis: 'away' | 'refusing' | 'up'; reason: string };

/** All named queues of one process, on one connection. */
export interface QueueManager {
  /** Those that could be opened. */
  readonly queues: readonly JobQueue[];
  /** Those that could not, and why. */
  readonly failed: readonly FailedQueue[];
  /**
   * One that could not be opened rejects whatever is asked of it, with the reason.
   * @throws Error for a name that is not in the catalogue.
   */
  queue(name: string): JobQueue;
  /** The numbers of each queue, in the catalogue's order; an error of one queue hides no other. */
  getAllQueueStats(): Promise<QueueStats[]>;
  closeAll(): Promise<void>;
}

interface OpenedQueue {
  queue: JobQueue;
  deadlineMs: number;
}

/**
 * Opens a queue for each that a kind of job stands in, independently of the others; without Redis,
 * or without the admission to it, queues that say so when they are used.
 */
export function openQueues(
  kinds: readonly JobKind[],
  env: Env,
  redis: RedisConnection | null,
  admission?: Pick<Admission, 'require'>,
): QueueManager {
  const queuesWithKinds = queuesOf(kinds.map((definition) => ({ definition })));
  const entries = [...queuesWithKinds].map(([{ name }, among]) => ({
    queue: name,
    kinds: among.map(({ definition }) => definition),
  }));
  const { registered, failed } = registerEach(entries, (entry) =>
    open(entry, env, redis, admission),
  );
  const queues = registered.map(({ queue }) => queue);
  const unopened = failed.map(({ queue, reason }) =>
    absentQueue(queue, () => new Error(`The queue "${queue}" could not be opened: ${reason}`)),
  );
  return {
    queues,
    failed,
    queue(name) {
      const found = [...queues, ...unopened].find((queue) => queue.name === name);
      if (found === undefined) throw new Error(`There is no queue "${name}" in the catalogue.`);
      return found;
    },
    async getAllQueueStats() {
      const stats = await Promise.all(registered.map(statsOf));
      const without = failed.map(
        ({ queue, reason }): QueueStats => ({ queue, numbers: null, redis: 'up', reason }),
      );
      const position = new Map(entries.map(({ queue }, index) => [queue, index]));
      const placeOf = ({ queue }: QueueStats) => position.get(queue) ?? 0;
      return [...stats, ...without].sort((one, other) => placeOf(one) - placeOf(other));
    },
    async closeAll() {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

/** How a job is tried whose kind is not in the catalogue any more, should it come back all the same. */
const OF_UNKNOWN_KINDS = { attempts: 1, retryDelayMs: 2_000 };

/** How each kind of a queue is tried under these settings. */
export function optionsOfKinds(kinds: readonly JobKind[], env: Env): OptionsOfKind {
  const options = new Map<string, JobOptions>(
    kinds.map((each) => [each.kind, each.options(env)] as const),
  );
  return (kind) => options.get(kind) ?? OF_UNKNOWN_KINDS;
}

function open(
  { queue: name, kinds }: { queue: string; kinds: readonly JobKind[] },
  env: Env,
  redis: RedisConnection | null,
  admission: Pick<Admission, 'require'> | undefined,
): OpenedQueue {
  const { QUEUE_PREFIX: prefix, REDIS_KEEP_FINISHED_MS: keepFinishedMs } = env;
  const deadlineMs = Math.max(...kinds.map((each) => each.options(env).deadlineMs));
  if (redis === null) return { queue: absentQueue(name), deadlineMs };
  const optionsOf = optionsOfKinds(kinds, env);
  return {
    queue: openQueue(name, optionsOf, redis, { prefix, keepFinishedMs, admission }),
    deadlineMs,
  };
}

async function statsOf({ queue, deadlineMs }: OpenedQueue): Promise<QueueStats> {
  try {
    return { queue: queue.name, deadlineMs, numbers: await numbersOf(queue) };
  } catch (error) {
    const reason = (error as Error).message;
    return { queue: queue.name, numbers: null, redis: stateOf(error), reason };
  }
}

function stateOf(error: unknown): 'away' | 'refusing' | 'up' {
  if (!isRedisUnavailable(error)) return 'up';
  return error instanceof AppError && error.code === 'REDIS_UNAVAILABLE' ? 'away' : 'refusing';
}

async function numbersOf(queue: JobQueue): Promise<QueueNumbers> {
  const [counts, completed, paused, oldestWaitingSince, atWork] = await Promise.all([
    queue.pendingCounts(),
    queue.completedOfLate(),
    queue.isPaused(),
    queue.oldestWaitingSince(),
    queue.jobsAtWork(),
  ]);
  return { ...counts, completed, paused, oldestWaitingSince, atWork };
}
