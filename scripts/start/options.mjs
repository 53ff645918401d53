import { parseArgs } from 'node:util';

const USAGE = `npm start                   installs, builds, provides Redis and MongoDB, starts Hourwork under
                            PM2, imports the sample if there are no users, and does a first run
npm start -- --run          does a run although it is not the first
npm start -- --no-run       does no run
npm start -- --no-sample    imports nothing, and adds nothing synthetic
npm start -- --keep-dates   imports the sample with its own dates, 1997 to 1998`;

/**
 * @typedef {object} Options
 * @property {boolean} run
 * @property {boolean} noRun
 * @property {boolean} noSample
 * @property {boolean} keepDates
 */

/**
 * What was asked for on the command line; ends the process for --help and for what it does not
 * know.
 * @returns {Options}
 */
export function readOptions() {
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  try {
    const { values } = parseArgs({
      options: {
        run: flag,
        'no-run': flag,
        'no-sample': flag,
        'keep-dates': flag,
        help: { ...flag, short: 'h' },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const { run, 'no-run': noRun, 'no-sample': noSample, 'keep-dates': keepDates } = values;
    if (run && noRun) throw new Error('--run and --no-run exclude each other');
    if (keepDates && noSample) throw new Error('--keep-dates and --no-sample exclude each other');
    return { run, noRun, noSample, keepDates };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}
