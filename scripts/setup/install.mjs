import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';
import { projectDir } from '../project.mjs';
import { SetupError } from '../setupError.mjs';
import { fingerprint } from './fingerprint.mjs';

const MODULES = join(projectDir, 'node_modules');
/** Written when an installation is whole, with what it was made from. */
const STAMP = join(MODULES, '.hourwork-installed');

/**
 * Installs exactly what package-lock.json names, unless that is what is there.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} what was done
 */
export async function install(progress) {
  const wanted = fingerprint(['package-lock.json']);
  if (isInstalled(wanted)) return 'up to date';
  progress('npm ci');
  try {
    await runCommand('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
      onLine: (line) => progress(`npm ci: ${line}`),
    });
  } catch (error) {
    throw new SetupError('The packages could not be installed.', {
      tried: [/** @type {Error} */ (error).message],
      remedy: 'see that the package registry can be reached (npm ping), then start again',
      cause: error,
    });
  }
  writeFileSync(STAMP, wanted);
  return 'npm ci';
}

/** @param {string} wanted */
function isInstalled(wanted) {
  if (existsSync(STAMP)) return readFileSync(STAMP, 'utf8') === wanted;
  // Installed by hand: npm writes this file last.
  const lock = join(MODULES, '.package-lock.json');
  if (!existsSync(lock)) return false;
  return statSync(lock).mtimeMs >= statSync(join(projectDir, 'package-lock.json')).mtimeMs;
}
