#!/usr/bin/env node
// npm test: sets everything up, checks the code, and runs the tests on real services of their own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './command.mjs';
import { seconds, showError, showStep } from './console.mjs';
import { catchInterruption, interruption } from './interruption.mjs';
import { projectDir } from './project.mjs';
import { findChromium } from './services/chromium.mjs';
import { findSchemathesis } from './services/schemathesis.mjs';
import { startTestServices } from './services/testServices.mjs';
import { build } from './setup/build.mjs';
import { install } from './setup/install.mjs';

const SUITES = ['unit', 'integration'];
/** Run only when asked for by name. */
const LONG_SUITES = ['e2e', 'full', 'faults', 'abuse', 'browser', 'screenshots'];
/** Suites that drive the dashboard. */
const IN_CHROMIUM = ['browser', 'screenshots'];
/** Suites that need neither Redis nor MongoDB. */
const WITHOUT_SERVICES = ['unit'];

const USAGE = `npm test                      the checks, the unit and the integration tests
npm test -- --only unit       one suite: ${[...SUITES, ...LONG_SUITES].join(', ')}
npm test -- path              those tests whose path contains it
npm run test:e2e              the processes under PM2: started, reloaded, scaled, killed
npm run test:faults -- --report docs/faults.md   writes the table of faults there
npm run test:abuse            attacks a running API
npm run test:browser          drives the dashboard in Chromium
npm run screenshots           makes the pictures in docs/screenshots anew`;

/** What must hold before the suites run: the name shown, and the command. */
const CHECKS = [
  { name: 'lint and format', command: ['biome', 'ci', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of the dashboard', command: ['tsc', '-p', 'client/tsconfig.json'] },
  { name: 'unused code', command: ['knip'] },
];

/** @typedef {{passed: number, failed: number}} Tally */
/** @typedef {{suites: string[], filters: string[], all: boolean, faultsReport?: string}} Options */

/**
 * What was asked for on the command line; ends the process for --help and for what it does not
 * know.
 * @returns {Options}
 */
function readOptions() {
  try {
    const { values, positionals: filters } = parseArgs({
      options: {
        only: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const { only } = values;
    if (only !== undefined && ![...SUITES, ...LONG_SUITES].includes(only)) {
      throw new Error(`There is no suite '${only}'.`);
    }
    const all = only === undefined && filters.length === 0;
    const suites = only === undefined ? SUITES : [only];
    if (values.report === undefined) return { suites, filters, all };
    if (only !== 'faults') throw new Error('--report is for the faults: npm run test:faults');
    return { suites, filters, all, faultsReport: resolve(values.report) };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/**
 * Runs one check, its output shown.
 * @param {{name: string, command: string[]}} check
 * @returns {Promise<Tally>}
 */
async function check({ name, command: [program = '', ...args] }) {
  console.log(`\n── ${name} ──`);
  const began = performance.now();
  try {
    await runCommand(bin(program), args, { onTerminal: true });
    console.log(`✔ ${name} (${seconds(performance.now() - began)})`);
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    console.log(`✘ ${name} (${seconds(performance.now() - began)})`);
    return { passed: 0, failed: 1 };
  }
}

/**
 * Runs the suites, their output shown, and counts their tests. A run that fails for another
 * reason than a test (coverage below its threshold, an error outside any test) counts as one.
 * @param {Options} options
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tally>}
 */
async function runSuites({ suites, filters, all }, env) {
  console.log(`\n── ${suites.join(', ')} ──`);
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'hourwork-report-'));
  const report = join(folder, 'report.json');
  let ended = true;
  try {
    await runCommand(
      bin('vitest'),
      [
        'run',
        ...suites.map((suite) => `--project=${suite}`),
        ...(all ? ['--coverage'] : []),
        '--reporter=default',
        '--reporter=json',
        ...(suites.includes('faults') ? ['--reporter=./tests/faults/tableReporter.ts'] : []),
        `--outputFile.json=${report}`,
        ...filters,
      ],
      { onTerminal: true, env },
    );
  } catch (error) {
    ended = false;
    console.error(/** @type {Error} */ (error).message);
  }
  const tally = readReport(report);
  rmSync(folder, { recursive: true, force: true });
  if (!ended && tally.failed === 0) tally.failed = 1;
  console.log(`suites took ${seconds(performance.now() - began)}`);
  return tally;
}

/**
 * @param {string} path of vitest's JSON report; absent when it did not come so far
 * @returns {Tally}
 */
function readReport(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
    if (skipped > 0) console.log(`${skipped} skipped`);
    return { passed, failed };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

/** @param {string} program */
function bin(program) {
  return join(projectDir, 'node_modules', '.bin', program);
}

/**
 * @param {Options} options
 * @returns {Promise<Tally>}
 */
async function main(options) {
  await showStep('packages', install);
  await showStep('build', build);

  /** @type {import('./services/testServices.mjs').TestServices | undefined} */
  let services;
  /** @type {NodeJS.ProcessEnv} */
  const tools = {};
  if (options.suites.includes('abuse')) {
    await showStep('schemathesis', async (progress) => {
      tools.TEST_SCHEMATHESIS_PYTHON = await findSchemathesis(progress);
    });
  }
  if (options.suites.some((suite) => IN_CHROMIUM.includes(suite))) {
    await showStep('Chromium', async (progress) => {
      tools.TEST_CHROMIUM = await findChromium(progress);
    });
  }
  /** @type {Tally[]} */
  const tallies = [];
  try {
    if (options.suites.some((suite) => !WITHOUT_SERVICES.includes(suite))) {
      await showStep('services', async (progress) => {
        services = await startTestServices(progress);
        return services.describe;
      });
    }
    const report = options.faultsReport && {
      FAULTS_REPORT: options.faultsReport,
      FAULTS_PART: String(options.filters.length > 0),
    };
    const steps = options.all ? CHECKS.map((each) => () => check(each)) : [];
    steps.push(() => runSuites(options, { ...process.env, ...services?.env, ...tools, ...report }));
    for (const step of steps) {
      interruption.throwIfAborted();
      tallies.push(await step());
    }
  } finally {
    await services?.stop();
  }
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  };
}

const options = readOptions();
catchInterruption();

try {
  const { passed, failed } = await main(options);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  showError(error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
