import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheDir } from '../project.mjs';
import { withLock } from './lock.mjs';

/**
 * Whether the user's cache holds this already.
 * @param {string} name its path inside the cache
 */
export function isCached(name) {
  return existsSync(join(cacheDir, name));
}

/**
 * A file or folder of the user's cache, built when it is absent. It gets its name only when it
 * is whole, so an interrupted build is never taken for one; two processes never build at once.
 * @param {string} name its path inside the cache
 * @param {(path: string) => Promise<void>} build makes it at `path`, in an existing folder
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} where it is
 */
export async function cached(name, build, progress) {
  const target = join(cacheDir, name);
  if (existsSync(target)) return target;
  return withLock(
    target,
    async () => {
      if (existsSync(target)) return target;
      const parent = dirname(target);
      await mkdir(parent, { recursive: true });
      const unfinished = `.building-${basename(target)}-`;
      for (const entry of await readdir(parent)) {
        if (entry.startsWith(unfinished)) await rm(join(parent, entry), { recursive: true });
      }
      const building = join(parent, `${unfinished}${process.pid}`);
      try {
        await build(building);
        await rename(building, target);
      } catch (error) {
        await rm(building, { recursive: true, force: true });
        throw error;
      }
      return target;
    },
    () => progress(`another start is building ${name}; waiting for it`),
  );
}
