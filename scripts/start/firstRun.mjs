import { interruption } from '../interruption.mjs';
import { releaseSchedules } from './schedules.mjs';
import { serverCliCode } from './serverCli.mjs';

/** By this exit code the run command says that there has been no run. */
const NO_RUN_YET = 3;

/**
 * Does the first run and shows it, or shows the last one. Everything is up by now and stays up,
 * whatever comes of the run.
 * @param {import('./options.mjs').Options} options
 * @param {'imported' | 'there' | 'none'} users
 * @returns {Promise<number>} the exit code: 0 when the run balances
 */
export async function firstRun(options, users) {
  try {
    if (users === 'none') {
      console.log('No users yet: npm run import -- users.csv purchases.csv');
      return 0;
    }
    if (!options.run && users === 'there') {
      const code = await serverCliCode('run', ['--last']);
      if (code !== NO_RUN_YET) return code;
    }
    if (options.noRun) return 0;
    // The hourly tick waits until the run is enqueued, not until it is done.
    return await serverCliCode('run', ['--release-schedule']);
  } finally {
    await releaseSchedules();
    if (interruption.aborted) console.log('Everything is left running; npm stop ends it.');
  }
}
