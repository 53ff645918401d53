import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';
import { CUSTOMERS, customersOnce } from './customers.mjs';
import { startRun } from './startRun.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/** The in-process batch as it was then: the mark does not move with what both ways share today. */
const LEGACY_COMMIT = 'cc6337b';

/**
 * The compiled code of an earlier commit, made once.
 * @returns {Promise<string>} its folder
 */
async function earlier() {
  const folder = join(homedir(), '.cache', 'hourwork', `bench-${LEGACY_COMMIT}`);
  if (existsSync(join(folder, 'dist'))) return folder;
  await mkdir(folder, { recursive: true });
  const archive = `git archive ${LEGACY_COMMIT} | tar x -C '${folder}'`;
  await runCommand('bash', ['-o', 'pipefail', '-c', archive]);
  await runCommand('npm', ['ci', '--silent', '--ignore-scripts'], { cwd: folder });
  await runCommand('npm', ['run', '--silent', 'build'], { cwd: folder });
  return folder;
}

/**
 * @param {() => Promise<string>} codeFolder
 * @param {Record<string, string>} settings
 * @param {number} workers
 */
const runOfAll = (codeFolder, settings, workers) => {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    const cwd = await codeFolder();
    const { sealed } = await startRun(round, {
      ...{ cwd, settings, workers },
      database: await customers(round, cwd),
    });
    return { seconds: await sealed() };
  };
};

const here = async () => projectDir;
/** What `npm start` runs: two workers that find their concurrency. */
export const asShipped = () => runOfAll(here, { WORKER_CONCURRENCY: 'auto' }, 2);
const legacyNow = { DAILY_UPDATES: 'true' };

/** @type {Case} */
export const hourly = {
  name: 'hourly',
  what: 'The hourly run of the sample’s 23,570 customers, from its slot to the sealed ledger',
  unit: 's',
  size: { full: CUSTOMERS, quick: null },
  warmUp: true,
  variants: {
    'Hourwork as shipped, 2 workers': asShipped(),
    [`in-process batch of ${LEGACY_COMMIT}`]: runOfAll(earlier, legacyNow, 0),
    'in-process batch, DAILY_UPDATES=true': runOfAll(here, legacyNow, 0),
    'Hourwork at concurrency 3, 2 workers': runOfAll(here, { WORKER_CONCURRENCY: '3' }, 2),
  },
  ratios: [
    {
      of: `in-process batch of ${LEGACY_COMMIT}`,
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
      target: 1.5,
    },
    {
      of: 'in-process batch, DAILY_UPDATES=true',
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
    },
    {
      of: 'Hourwork at concurrency 3, 2 workers',
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
    },
  ],
};
