import type { Job } from 'bullmq';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { FIELDS } from '../queues/bullmqLayout.ts';
import { withRedis } from '../queues/redisErrors.ts';

/**
 * After this many crashes of its workers a job is suspected to be their cause, and is kept apart from
 * other suspects. One crash says little of the jobs at work then: set apart, they would all come late.
 */
export const SUSPECT_AFTER_CRASHES = 2;

const { starts, stalls, crashable } = FIELDS;

/**
 * `crashable` says how far this start's crash may raise the count of stalls. Before the first crash it is
 * not written, for it would cost each job a command.
 */
const CRASHES = `
local start, counted, crashable = unpack(redis.call('HMGET', KEYS[1], '${starts}', '${stalls}', '${crashable}'))
local crashes = math.min(tonumber(counted or 0), tonumber(crashable or 1))
if start ~= ARGV[1] then return crashes end
redis.call('HSET', KEYS[1], '${stalls}', crashes, '${crashable}', crashes + ARGV[2])
return crashes`;

interface CrashCountOptions {
  redis: RedisConnection;
  /** The key of the queue's part of this name. */
  keyOf: (name: string) => string;
}

/** Tells the crashes in which a job was at work from other starts that came to nothing. */
export interface CrashCount {
  /**
   * The crashes of a job that this worker has just been given.
   * @throws AppError `REDIS_UNAVAILABLE`
   */
  of(job: Job): Promise<number>;
  /**
   * The job's work begins now: should the worker crash, the job was there.
   * @throws AppError `REDIS_UNAVAILABLE`
   */
  begins(job: Job): Promise<void>;
}

/**
 * BullMQ counts each start that is found without a worker. Those whose reply the network lost, and those
 * that were being handed back, are among them: a bad network alone would make jobs suspect, and fail
 * them. Only a start whose work had begun counts; of those before the first crash one does, unseen.
 */
export function countCrashes({ redis, keyOf }: CrashCountOptions): CrashCount {
  async function count(job: Job, itsOwn: 0 | 1): Promise<number> {
    if (job.stalledCounter === 0) return 0;
    const args = [keyOf(String(job.id)), job.attemptsStarted, itsOwn] as const;
    return Number(await withRedis(() => redis.eval(CRASHES, 1, ...args)));
  }

  return {
    async of(job) {
      job.stalledCounter = await count(job, 0);
      return job.stalledCounter;
    },
    async begins(job) {
      await count(job, 1);
    },
  };
}
