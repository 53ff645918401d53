import { readdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';

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

/** Of this process and all below it, also those that have ended: whoever started them has their time. */
export async function ownSeconds() {
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

/**
 * What a process has used of the processors, in seconds.
 * @param {{pid?: number | undefined}} child
 */
export async function secondsOf({ pid }) {
  return processOf(await readFile(`/proc/${pid}/stat`, 'utf8')).seconds;
}

/** All processes that run, as Linux shows them (proc(5)). */
async function processes() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)),
  );
  return stats.flatMap((stat) => (stat === null ? [] : [processOf(stat)]));
}

/** USER_HZ: the unit of times in /proc. */
const TICKS_PER_SECOND = 100;

/** @param {string} stat */
function processOf(stat) {
  // The name in brackets may hold spaces; what follows it does not.
  const [, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // The user's and the system's time of the process, then of those it started and saw end.
  const ticks = rest.slice(9, 13).reduce((sum, part) => sum + Number(part), 0);
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(parent),
    seconds: ticks / TICKS_PER_SECOND,
  };
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
