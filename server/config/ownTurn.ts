import { setImmediate } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/**
 * Settles in a turn of the event loop of its own: each caller gets another one. Requests then wait for one
 * caller's work up to its next `await`, and not for that of all callers.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => setImmediate());
  return last;
}
