import { constants, cpus, setPriority } from 'node:os';
import { runCommand } from '../scripts/command.mjs';
import { descendants } from './load.mjs';

/**
 * Lets a process and all its threads run on one core alone; null for all cores.
 * @param {{pid?: number | undefined}} child
 * @param {number | null} core
 */
export async function pin({ pid }, core) {
  const cores = core === null ? `0-${cpus().length - 1}` : String(core);
  await runCommand('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)]);
}

/**
 * Lets a process run before all others, so that what it is timed at is its own. Without the rights for it, which
 * root has, it stays as it is.
 * @param {number} pid
 * @returns {() => void} undoes it
 */
export function favour(pid) {
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGHEST);
  } catch {
    return () => undefined;
  }
  return () => setPriority(pid, constants.priority.PRIORITY_NORMAL);
}

/**
 * Pins a process and all below it. One that has ended meanwhile is left out.
 * @param {number} root
 * @param {number | null} core
 */
export async function pinTree(root, core) {
  for (const pid of await descendants(root)) {
    await pin({ pid }, core).catch(() => undefined);
  }
}
