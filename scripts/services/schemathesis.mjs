import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, runCommand } from '../command.mjs';
import { projectDir } from '../project.mjs';
import { SetupError } from '../setupError.mjs';
import { cached } from './cache.mjs';

/** It and all that it needs, by exact versions. */
const REQUIREMENTS = join(projectDir, 'scripts/services/schemathesis.txt');
const DIGITS = 12;

/**
 * Schemathesis, which makes requests of all kinds from an OpenAPI document
 * (https://schemathesis.readthedocs.io), installed into the user's cache once.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} the Python that runs it as the module `schemathesis.cli`: the program
 *   itself names the folder that it was installed in, which has another name by then
 * @throws {SetupError} saying what to install when there is no Python for it
 */
export async function findSchemathesis(progress) {
  const versions = createHash('sha256')
    .update(await readFile(REQUIREMENTS))
    .digest('hex');
  const folder = await cached(
    `schemathesis-${versions.slice(0, DIGITS)}`,
    async (path) => {
      const python = findProgram('python3');
      if (!python) throw withoutPython(new Error('there is no python3 on PATH'));
      progress('installing schemathesis (about half a minute, once)');
      try {
        await runCommand(python, ['-m', 'venv', path]);
      } catch (error) {
        throw withoutPython(/** @type {Error} */ (error));
      }
      // Wheels alone: nothing of a package runs while it is installed.
      const options = ['--quiet', '--only-binary=:all:', '--requirement', REQUIREMENTS];
      await runCommand(join(path, 'bin', 'python'), ['-m', 'pip', 'install', ...options]);
    },
    progress,
  );
  return join(folder, 'bin', 'python');
}

/** @param {Error} cause */
function withoutPython(cause) {
  return new SetupError('schemathesis needs Python 3.10 or later with venv.', {
    tried: [cause.message],
    remedy: 'install it (on Debian: apt-get install python3-venv) and start again',
    cause,
  });
}
