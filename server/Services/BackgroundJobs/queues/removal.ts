import type { Queue } from 'bullmq';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { exists } from './queueContents.ts';

/**
 * Takes a job from where workers find it, unless one has it or it has ended. In one step, because
 * BullMQ's own removal takes what has ended too, and a job may end between a look and that. Lists are
 * searched from their old end: who removes many takes the oldest first.
 */
const TAKE_OUT = `
local job = KEYS[1] .. ARGV[1]
if redis.call('EXISTS', job .. ':lock') == 1 then return 0 end
if redis.call('HEXISTS', job, 'finishedOn') == 1 then return 0 end
for _, set in ipairs({ 'delayed', 'prioritized' }) do
  if redis.call('ZREM', KEYS[1] .. set, ARGV[1]) == 1 then return 1 end
end
for _, list in ipairs({ 'wait', 'paused', 'active' }) do
  if redis.call('LREM', KEYS[1] .. list, -1, ARGV[1]) == 1 then return 1 end
end
return 1`;

/**
 * Removes a job that no worker has and that has not ended, with its deduplication key. May be
 * repeated when it was cut off midway.
 * @returns whether the job is gone; one that was not there is.
 */
export async function remove(
  queue: Queue,
  redis: RedisConnection,
  queueId: string,
): Promise<boolean> {
  const isOut = Number(await redis.eval(TAKE_OUT, 1, queue.toKey(''), queueId)) === 1;
  if (isOut && (await queue.remove(queueId)) === 1) return true;
  return !(await exists(queue, queueId));
}
