import { findProgram } from '../command.mjs';
import { SetupError } from '../setupError.mjs';
import { installProgram } from './packages.mjs';

/**
 * A Chromium for the browser tests: on PATH, or installed by the system's package manager.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 */
export async function findChromium(progress) {
  for (const program of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = findProgram(program);
    if (found) return found;
  }
  try {
    return await installProgram({ program: 'chromium', apt: 'chromium' }, progress);
  } catch (error) {
    throw new SetupError('There is no Chromium.', {
      tried: [
        'chromium, chromium-browser and google-chrome are not on PATH',
        `installing it: ${/** @type {Error} */ (error).message}`,
      ],
      remedy: 'install Chromium or Chrome, then start again',
      cause: error,
    });
  }
}
