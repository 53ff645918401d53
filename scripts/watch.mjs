#!/usr/bin/env node
// npm run scheduler:dev: a process of Hourwork, built and started anew whenever its source changes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectDir } from './project.mjs';

const [entry] = process.argv.slice(2);
if (entry === undefined) {
  console.error('Name what to run: node scripts/watch.mjs server/…/entry.ts');
  process.exit(2);
}

/** What the compiler says at the end of each build. */
const BUILT = /Found (\d+) errors?/;
const compiled = join(projectDir, 'dist', entry.replace(/\.ts$/, '.js'));

const compiler = spawn(
  join(projectDir, 'node_modules/.bin/tsc'),
  ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  // In a group of its own: tsc starts a process that would outlive it.
  { cwd: projectDir, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
);
/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
let ending = false;

async function stop() {
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const exited = once(running, 'exit');
  running.kill('SIGTERM');
  await exited;
}

async function restart() {
  await stop();
  if (ending) return;
  running = spawn(process.execPath, [compiled], { cwd: projectDir, stdio: 'inherit' });
}

/** Builds that follow each other fast start it one after another, never two at a time. */
let turn = Promise.resolve();
createInterface({ input: compiler.stdout }).on('line', (line) => {
  console.log(line);
  if (BUILT.exec(line)?.[1] === '0') turn = turn.then(restart);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    ending = true;
    if (compiler.pid !== undefined) process.kill(-compiler.pid, 'SIGTERM');
    await turn;
    await stop();
  });
}
compiler.once('exit', (code) => {
  if (!ending) process.exitCode = code ?? 1;
});
