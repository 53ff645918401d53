import { interruption } from './interruption.mjs';
import { explain } from './setupError.mjs';

/** How often a long step says where it is when nobody can see a line change. */
const PLAIN_PROGRESS_MS = 15_000;

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs one named step and shows it: what it is doing while it runs, what came of it and how long
 * it took. The step's `progress` replaces the line on a terminal; elsewhere a line is written now
 * and then.
 * @template T
 * @param {string} title
 * @param {(progress: (what: string) => void) => Promise<T>} step what it returns, if text, is
 *   shown beside its title
 * @returns {Promise<T>}
 * @throws what the step throws; at once after an interruption
 */
export async function showStep(title, step) {
  interruption.throwIfAborted();
  const began = performance.now();
  const { isTTY, columns = 100 } = process.stdout;
  let lastLine = began;
  const progress = (/** @type {string} */ what) => {
    const now = performance.now();
    const line = `  … ${title}: ${what} (${seconds(now - began)})`;
    if (isTTY) process.stdout.write(`\r\x1b[K${line.slice(0, columns - 1)}`);
    else if (now - lastLine > PLAIN_PROGRESS_MS) {
      lastLine = now;
      console.log(line);
    }
  };
  const finish = (/** @type {string} */ mark, /** @type {string} */ detail) => {
    if (isTTY) process.stdout.write('\r\x1b[K');
    const shown = detail === '' ? '' : `: ${detail}`;
    console.log(`${mark} ${title}${shown} (${seconds(performance.now() - began)})`);
  };
  try {
    const result = await step(progress);
    finish('✔', typeof result === 'string' ? result : '');
    return result;
  } catch (error) {
    finish('✘', '');
    throw error;
  }
}

/**
 * Says why a step failed, on standard error.
 * @param {unknown} error
 */
export function showError(error) {
  console.error(`\n${explain(error)}\n`);
}

/**
 * Does the work of a command: an error is shown, and the process ends with 1.
 * @param {() => unknown} work
 */
export async function runProgram(work) {
  try {
    await work();
  } catch (error) {
    showError(error);
    process.exitCode = 1;
  }
}
