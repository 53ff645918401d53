import { cpus } from 'node:os';
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
 * Pins a process and all below it. One that has ended meanwhile is left out.
 * @param {number} root
 * @param {number | null} core
 */
export async function pinTree(root, core) {
  for (const pid of await descendants(root)) {
    await pin({ pid }, core).catch(() => undefined);
  }
}
