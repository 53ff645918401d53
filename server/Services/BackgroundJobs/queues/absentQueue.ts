import type { JobQueue } from '../queue.ts';
import { redisUnavailable } from './redisErrors.ts';

/** The queue of an installation without Redis: whatever needs it says so at once. */
export function absentQueue(name: string): JobQueue {
  const refuse = () => Promise.reject(redisUnavailable());
  return {
    name,
    add: refuse,
    pendingCounts: refuse,
    requireRoom: refuse,
    look: refuse,
    places: refuse,
    holderOf: refuse,
    remove: refuse,
    pendingPage: refuse,
    endedPage: refuse,
    releaseLocksOf: refuse,
    isPaused: refuse,
    hasTakeableJob: refuse,
    oldestWaitingSince: refuse,
    sendCanary: refuse,
    close: () => Promise.resolve(),
  };
}
