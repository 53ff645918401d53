import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command.mjs';
import { answersMongo } from './answersMongo.mjs';
import { cached, isCached } from './cache.mjs';

/** How long the download may say nothing; a closed network shows within it. */
const SILENCE_MS = 20_000;
const CACHED = join('mongod', `${process.platform}-${process.arch}`, 'mongod');

/** Whether mongod was downloaded before. */
export const hasMongod = () => isCached(CACHED);

/**
 * MongoDB's own server in the user's cache, downloaded there when it is absent.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 */
export async function downloadMongod(progress) {
  const script = fileURLToPath(new URL('./mongodDownload.mjs', import.meta.url));
  return cached(
    CACHED,
    async (path) => {
      progress('downloading mongod');
      const folder = `${path}.download`;
      await mkdir(folder, { recursive: true });
      try {
        const output = await runCommand(process.execPath, [script, folder], {
          idleMs: SILENCE_MS,
          onLine: (line) => progress(`mongod: ${line.trim()}`),
        });
        const downloaded = output.trim().split('\n').at(-1) ?? '';
        await runCommand(downloaded, ['--version'], { timeoutMs: SILENCE_MS });
        await rename(downloaded, path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    progress,
  );
}

/**
 * A standalone mongod on 127.0.0.1.
 * @param {{program: string, dir: string, port: number}} options
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function mongodProcess({ program, dir, port }) {
  return {
    name: 'mongo',
    command: program,
    args: ['--dbpath', dir, '--port', String(port), '--bind_ip', '127.0.0.1'],
    port,
    stopMs: 15_000,
    prepare: async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
    },
    isReady: () => answersMongo(`mongodb://127.0.0.1:${port}`),
  };
}
