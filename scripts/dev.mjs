#!/usr/bin/env node
// npm run dev, worker:dev, scheduler:dev: one process of Hourwork in this terminal, started anew
// whenever a source file has changed. What it needs is set up as npm start does.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/**
 * Compiles what changes, until `stop`. Of several of these commands one does it for all.
 * @param {AbortSignal} stop
 */
function compile(stop) {
  const tsc = join(projectDir, 'node_modules', '.bin', 'tsc');
  const args = ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'];
  return withLock(`${projectDir} compile`, async () => {
    if (stop.aborted) return;
    // In a group of its own: this is a wrapper, whose end alone would leave its compiler behind.
    const options = { cwd: projectDir, detached: true };
    const child = spawn(tsc, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = once(child, 'exit');
    stop.addEventListener('abort', () => child.pid && process.kill(-child.pid, 'SIGTERM'));
    await ended;
    if (!stop.aborted) throw new Error('The compiler has ended.');
  });
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
  const running = runCommand(process.execPath, args, { onTerminal: true });
  const stop = new AbortController();
  try {
    await Promise.race([compile(stop.signal), running]);
  } finally {
    // One is of no use without the other.
    stop.abort();
    signalRunning('SIGTERM');
    await running.catch(() => undefined);
  }
} catch (error) {
  if (!interruption.aborted) {
    showError(error);
    process.exitCode = 1;
  }
}
// Another of these commands may still compile, and is waited for no longer.
process.exit();
