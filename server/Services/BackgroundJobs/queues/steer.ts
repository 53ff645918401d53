import { isDeepStrictEqual } from 'node:util';
import type { Queue } from 'bullmq';
import type { Steering } from './jobQueue.ts';

/**
 * Brings a queue's pause and limits in Redis to these, and leaves alone what is so already.
 * @returns whether anything had to change.
 */
export async function steer(queue: Queue, to: Steering): Promise<boolean> {
  const [paused, maxConcurrency, rate] = await Promise.all([
    queue.isPaused(),
    queue.getGlobalConcurrency(),
    queue.getGlobalRateLimit(),
  ]);
  const now: Steering = {
    paused,
    maxConcurrency,
    rate: rate === null ? null : { max: rate.max, durationMs: rate.duration },
  };
  if (isDeepStrictEqual(now, { ...to })) return false;
  if (to.paused !== now.paused) await (to.paused ? queue.pause() : queue.resume());
  if (to.maxConcurrency === null) await queue.removeGlobalConcurrency();
  else await queue.setGlobalConcurrency(to.maxConcurrency);
  if (to.rate === null) await queue.removeGlobalRateLimit();
  else await queue.setGlobalRateLimit(to.rate.max, to.rate.durationMs);
  return true;
}
