import type { JobQueue } from './jobQueue.ts';
import { redisUnavailable } from './redisErrors.ts';

/** A queue that is not there: whatever needs it is told why, at once. Without Redis, unless
 * another reason is given. */
export function absentQueue(name: string, why: () => Error = redisUnavailable): JobQueue {
  const refuse = () => Promise.reject(why());
  return {
    name,
    add: refuse,
    pendingCounts: refuse,
    completedOfLate: refuse,
    jobsAtWork: refuse,
    requireRoom: refuse,
    look: refuse,
    places: refuse,
    holderOf: refuse,
    remove: refuse,
    pendingPage: refuse,
    endedPage: refuse,
    releaseLocksOf: refuse,
    isPaused: refuse,
    steer: refuse,
    isAtItsLimit: refuse,
    hasTakeableJob: refuse,
    oldestWaitingSince: refuse,
    sendCanary: refuse,
    close: () => Promise.resolve(),
  };
}
