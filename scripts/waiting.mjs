import { setTimeout as sleep } from 'node:timers/promises';
import { interruption } from './interruption.mjs';

/** How often it is asked whether waiting is still of use. */
const GIVE_UP_CHECK_MS = 2_000;

/**
 * Asks again and again until the answer is neither `undefined` nor `false`.
 * @template T
 * @param {() => Promise<T | undefined | false>} ask may throw: that counts as "not yet"
 * @param {{timeoutMs: number, intervalMs?: number, what: string, giveUp?: () => Promise<string | undefined>}} options
 *   `giveUp` may name a reason why waiting is of no use any more
 * @returns {Promise<T>}
 * @throws {Error} naming what was waited for, how long, and the last error; or on interruption
 */
export async function waitUntil(ask, { timeoutMs, intervalMs = 100, what, giveUp }) {
  const deadline = Date.now() + timeoutMs;
  /** @type {unknown} */
  let lastError;
  let nextCheck = Date.now() + GIVE_UP_CHECK_MS;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    interruption.throwIfAborted();
    if (giveUp && Date.now() >= nextCheck) {
      const reason = await giveUp();
      if (reason !== undefined) throw new Error(`${what}: ${reason}`, { cause: lastError });
      nextCheck = Date.now() + GIVE_UP_CHECK_MS;
    }
    await sleep(intervalMs);
  }
  const last = lastError instanceof Error ? ` (${lastError.message})` : '';
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${last}`, { cause: lastError });
}
