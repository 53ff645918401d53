import type { Queue } from 'bullmq';
import type { RedisConnection } from '../../../config/queueRedisConn.ts';
import { FIELDS, LOCK, PLACES } from './bullmqLayout.ts';

/** Where a job is while it is removed: no worker looks there, and a removal cut off midway leaves it. */
export const HALF_REMOVED = PLACES.waitingForChildren;

/**
 * Takes a job from where workers find it, unless one has it or it has ended. In one step, because
 * BullMQ's own removal takes what has ended too, and a job may end between a look and that. It is put
 * where that removal looks before it searches the lists from end to end. Here lists are searched from
 * their old end: who removes many takes the oldest first.
 */
const TAKE_OUT = `
local function takeOut()
  for _, set in ipairs({ '${PLACES.delayed}', '${PLACES.prioritized}' }) do
    if redis.call('ZREM', KEYS[1] .. set, ARGV[1]) == 1 then return end
  end
  for _, list in ipairs({ '${PLACES.waiting}', '${PLACES.active}' }) do
    if redis.call('LREM', KEYS[1] .. list, -1, ARGV[1]) == 1 then return end
  end
end
local job = KEYS[1] .. ARGV[1]
if redis.call('EXISTS', job) == 0 then return 'absent' end
if redis.call('EXISTS', job .. '${LOCK}') == 1 then return 'kept' end
if redis.call('HEXISTS', job, '${FIELDS.endedAt}') == 1 then return 'kept' end
takeOut()
redis.call('ZADD', KEYS[1] .. '${HALF_REMOVED}', 0, ARGV[1])
return 'out'`;

/** Few enough at once for Redis to answer others in between, though each may search a long list. */
const REMOVED_AT_ONCE = 50;

/**
 * Removes jobs that no worker has and that have not ended, with their deduplication keys. May be
 * repeated when it was cut off midway.
 * @returns of each, in order, whether it is gone; one that was not there is.
 */
export async function remove(
  queue: Queue,
  redis: RedisConnection,
  queueIds: readonly string[],
): Promise<boolean[]> {
  const gone: boolean[] = [];
  while (gone.length < queueIds.length) {
    const batch = queueIds.slice(gone.length, gone.length + REMOVED_AT_ONCE);
    gone.push(...(await Promise.all(batch.map((id) => removeOne(queue, redis, id)))));
  }
  return gone;
}

async function removeOne(queue: Queue, redis: RedisConnection, queueId: string): Promise<boolean> {
  const found = await redis.eval(TAKE_OUT, 1, queue.toKey(''), queueId);
  return found === 'absent' || (found === 'out' && (await queue.remove(queueId)) === 1);
}
