import type { Job } from 'bullmq';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { onBack, onLost } from '../../../config/redisStates.ts';
import { FIELDS, LOCK, PLACES } from '../queues/bullmqLayout.ts';

interface HeldLocksOptions {
  redis: RedisConnection;
  /** The key of the queue's part of this name. */
  keyOf: (name: string) => string;
  lockMs: number;
}

/** The locks of the jobs that a worker has at work. */
export interface HeldLocks {
  /**
   * Does a job's work. When the connection broke meanwhile, the job's lock is taken again as soon as
   * Redis answers, and the work settles after that, so that its outcome is acknowledged.
   */
  during<Result>(job: Job, token: string | undefined, work: () => Promise<Result>): Promise<Result>;
}

/**
 * Locks run out while Redis is away, though their workers live: unless they are taken again, all
 * that was at work is done a second time, after the check for stalled jobs has noticed. A lock is
 * free to take while the job is at work and has not been started since.
 */
const TAKE_AGAIN = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('HGET', KEYS[2], '${FIELDS.starts}') ~= ARGV[2] then return 0 end
if not redis.call('LPOS', KEYS[3], ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
redis.call('SREM', KEYS[4], ARGV[1])
return 1`;

/** Watches over the locks of one worker of one queue. */
export function holdLocks({ redis, keyOf, lockMs }: HeldLocksOptions): HeldLocks {
  const atWork = new Map<Job, string>();
  let outages = 0;
  onLost(redis, () => {
    outages += 1;
  });
  onBack(redis, () => {
    for (const [job, token] of atWork) void takeAgain(job, token);
  });

  /** A worker that cannot have it has lost the job to another, as the acknowledgement will find. */
  async function takeAgain(job: Job, token: string): Promise<void> {
    const id = String(job.id);
    const places = [keyOf(PLACES.active), keyOf(PLACES.stalled)];
    const keys = [keyOf(id) + LOCK, keyOf(id), ...places];
    const args = [id, String(job.attemptsStarted), token, String(lockMs)];
    await redis.eval(TAKE_AGAIN, keys.length, ...keys, ...args).catch(() => undefined);
  }

  return {
    async during(job, token, work) {
      const before = outages;
      if (token !== undefined) atWork.set(job, token);
      try {
        return await work();
      } finally {
        if (token !== undefined && outages !== before) await takeAgain(job, token);
        atWork.delete(job);
      }
    },
  };
}
