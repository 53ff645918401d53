#!/usr/bin/env node
// npm run dev, worker:dev, scheduler:dev: one process of Hourwork in this terminal, started anew
// whenever a source file has changed. What it needs is set up as npm start does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcesses } from './apps.mjs';
import { runCommand, signalRunning } from './command.mjs';
import { showError, showStep } from './console.mjs';
import { catchInterruption, interruption } from './interruption.mjs';
import { projectDir } from './project.mjs';
import { withLock } from './services/lock.mjs';
import { SetupError } from './setupError.mjs';
import { prepare } from './start/prepare.mjs';

/** What may be watched, and the process of PM2 in whose place it runs. */
const PROCESSES = new Map([
  ['api', 'api-server'],
  ['worker', 'worker'],
  ['scheduler', 'scheduler'],
]);

/**
 * The compiled file that `npm run start:<name>` runs.
 * @param {string} name
 */
function entryOf(name) {
  const { scripts } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  const [, entry] = /^node (\S+)$/.exec(scripts[`start:${name}`] ?? '') ?? [];
  if (entry !== undefined) return entry;
  throw new SetupError(`There is no process "${name}" to watch.`, {
    remedy: `npm run dev, or node scripts/dev.mjs with one of ${[...PROCESSES.keys()].join(', ')}`,
  });
}

/** Compiles what changes. Of several of these commands one does it for all. */
function compile() {
  const tsc = join(projectDir, 'node_modules', '.bin', 'tsc');
  const args = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
  return withLock(`${projectDir} compile`, () => runCommand(tsc, args, { onTerminal: true }));
}

const name = process.argv[2] ?? '';
catchInterruption();
try {
  const entry = entryOf(name);
  // Side by side they would install and start the same things.
  await withLock(`${projectDir} start`, async () => {
    await prepare(() => undefined);
    await showStep('PM2', async (progress) => {
      const ended = await endProcesses(progress, (each) => each === PROCESSES.get(name));
      return ended.length === 0 ? '' : `ended ${ended.join(', ')}: npm start brings it back`;
    });
  });
  const args = ['--watch', '--watch-preserve-output', '--enable-source-maps', entry];
  const both = [compile(), runCommand(process.execPath, args, { onTerminal: true })];
  try {
    await Promise.race(both);
  } finally {
    // One is of no use without the other.
    signalRunning('SIGTERM');
    await Promise.allSettled(both);
  }
} catch (error) {
  if (!interruption.aborted) {
    showError(error);
    process.exitCode = 1;
  }
}
