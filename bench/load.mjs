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
  const rows = await processes();
  const own = below(process.pid, rows);
  return rows.reduce((sum, { pid, seconds }) => (own.has(pid) ? sum + seconds : sum), 0);
}

/**
 * A process and all below it that run.
 * @param {number} root
 */
export async function descendants(root) {
  return below(root, await processes());
}

async function processes() {
  const stdout = await runCommand('ps', ['-eo', 'pid=,ppid=,cputimes=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = 0, parent = 0, seconds = 0] = line.trim().split(/\s+/).map(Number);
      return { pid, parent, seconds };
    });
}

/**
 * @param {number} root
 * @param {readonly {pid: number, parent: number}[]} rows
 */
function below(root, rows) {
  const own = new Set([root]);
  for (let before = 0; before !== own.size; ) {
    before = own.size;
    for (const { pid, parent } of rows) if (own.has(parent)) own.add(pid);
  }
  return own;
}
