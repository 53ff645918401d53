import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../command.mjs';
import { projectDir } from '../project.mjs';
import { SetupError } from '../setupError.mjs';
import { fingerprint } from './fingerprint.mjs';

const SOURCES = ['server', 'client', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
/** Written when a build is whole, with what it was made from. */
const STAMP = join(projectDir, 'dist', '.built');

/** Tells one build from another. */
export const buildId = () => readFileSync(STAMP, 'utf8');

/**
 * Compiles server and dashboard into dist/ when their sources have changed.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} what was done
 */
export async function build(progress) {
  const wanted = fingerprint(SOURCES);
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return 'up to date';
  progress('npm run build');
  try {
    await runCommand('npm', ['run', '--silent', 'build']);
  } catch (error) {
    throw new SetupError('Server and dashboard could not be compiled.', {
      tried: [/** @type {Error} */ (error).message],
      remedy: 'mend what the compiler names; npm run build shows it again',
      cause: error,
    });
  }
  writeFileSync(STAMP, wanted);
  return 'npm run build';
}
