import { setImmediate } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/**
 * Settles in a turn of the event loop that nobody else who waits here has: what is done then, up to the next
 * `await`, keeps requests waiting no longer than it takes itself, however much there is to do after it.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
