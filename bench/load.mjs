import { cpus } from 'node:os';
import { runCommand } from '../scripts/command.mjs';

/** From this share of the machine on, what others did meanwhile may have bent a figure. */
export const FOREIGN_SHARE = 0.1;

/**
 * Begins to watch what others do on this machine.
 * @returns {Promise<() => Promise<number>>} asked at the end: which share of the processors others had
 */
export async function watchForeignLoad() {
  const began = { at: performance.now(), all: allSeconds(), own: await ownSeconds() };
  return async () => {
    const seconds = (performance.now() - began.at) / 1000;
    const foreign = allSeconds() - began.all - ((await ownSeconds()) - began.own);
    return Math.max(0, foreign / (seconds * cpus().length));
  };
}

function allSeconds() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys, 0) / 1000;
}

/** Of this process and all below it that run. */
async function ownSeconds() {
  const stdout = await runCommand('ps', ['-eo', 'pid=,ppid=,cputimes=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const own = new Set([process.pid]);
  for (let before = 0; before !== own.size; ) {
    before = own.size;
    for (const [pid = 0, parent = 0] of rows) if (own.has(parent)) own.add(pid);
  }
  return rows.reduce((sum, [pid = 0, , seconds = 0]) => (own.has(pid) ? sum + seconds : sum), 0);
}
