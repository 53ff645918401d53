import { findProgram, runCommand } from '../command.mjs';
import { isRoot } from '../project.mjs';

/**
 * Installs a package with the system's package manager and returns the path of its program.
 * @param {{program: string, apt: string, brew?: string}} wanted
 * @param {(what: string) => void} progress
 * @returns {Promise<string>}
 * @throws {Error} saying why it could not
 */
export async function installProgram({ program, apt, brew }, progress) {
  const aptGet = findProgram('apt-get');
  const brewCommand = findProgram('brew');
  if (aptGet && isRoot) await aptInstall(aptGet, apt, progress);
  else if (brewCommand && brew && !isRoot) {
    progress(`brew install ${brew}`);
    await runCommand(brewCommand, ['install', brew]);
  } else if (aptGet) throw new Error('apt-get needs root');
  else throw new Error('neither apt-get nor brew is there');

  const path = findProgram(program, ['/usr/bin', '/opt/homebrew/bin', '/usr/local/bin']);
  if (!path) throw new Error(`${program} is not on PATH after its installation`);
  return path;
}

/**
 * @param {string} aptGet
 * @param {string} name
 * @param {(what: string) => void} progress
 */
async function aptInstall(aptGet, name, progress) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () =>
    runCommand(aptGet, ['install', '--yes', '--no-install-recommends', name], { env });
  progress(`apt-get install ${name}`);
  try {
    await install();
  } catch {
    progress('apt-get update');
    await runCommand(aptGet, ['update'], { env });
    progress(`apt-get install ${name}`);
    await install();
  }
}
