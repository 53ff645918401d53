import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is neither `undefined` nor `false`.
 * @template T
 * @param {() => Promise<T | undefined | false>} ask may throw: that counts as "not yet"
 * @param {{timeoutMs: number, intervalMs?: number, what: string, giveUp?: () => Promise<string | undefined>}} options
 *   `giveUp` may name a reason why waiting is of no use any more
 * @returns {Promise<T>}
 * @throws {Error} naming what was waited for, how long, and the last error
 */
export async function waitUntil(ask, { timeoutMs, intervalMs = 100, what, giveUp }) {
  const deadline = Date.now() + timeoutMs;
  /** @type {unknown} */
  let lastError;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      lastError = error;
    }
    const reason = await giveUp?.();
    if (reason !== undefined) throw new Error(`${what}: ${reason}`, { cause: lastError });
    await sleep(intervalMs);
  }
  const last = lastError instanceof Error ? ` (${lastError.message})` : '';
  throw new Error(`${what}: not within ${timeoutMs / 1000} s${last}`, { cause: lastError });
}
