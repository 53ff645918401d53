import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectDir } from '../project.mjs';

/**
 * A hash of the content of files and folders of the project: equal while nothing in them changes.
 * @param {readonly string[]} paths relative to the project; what is absent counts as absent
 */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const path of paths.flatMap(filesOf).sort()) {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(projectDir, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  const full = join(projectDir, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full).flatMap((entry) => filesOf(join(path, entry)));
}
