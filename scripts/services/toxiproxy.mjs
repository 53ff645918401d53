import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, runCommand } from '../command.mjs';
import { cached } from './cache.mjs';

const VERSION = '2.5.0';
const GO_PACKAGE = `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`;

/**
 * Toxiproxy, a proxy that bends a network on request (https://github.com/Shopify/toxiproxy), built
 * with Go into the user's cache.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 */
export function findToxiproxy(progress) {
  return cached(
    join(`toxiproxy-${VERSION}`, 'toxiproxy'),
    async (path) => {
      const go = findProgram('go', ['/usr/local/go/bin', '/usr/lib/go/bin']);
      if (!go) throw new Error('building Toxiproxy needs Go, and there is no go');
      const folder = `${path}.go`;
      await mkdir(folder, { recursive: true });
      try {
        progress('building Toxiproxy');
        await runCommand(go, ['install', GO_PACKAGE], {
          cwd: folder,
          env: { ...process.env, GOBIN: folder },
        });
        await rename(join(folder, 'server'), path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    progress,
  );
}

/**
 * Toxiproxy on 127.0.0.1, with no proxy yet: its HTTP API makes them.
 * @param {{program: string, dir: string, port: number}} options
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function toxiproxyProcess({ program, dir, port }) {
  return {
    name: 'toxiproxy',
    command: program,
    args: ['-host', '127.0.0.1', '-port', String(port)],
    port,
    stopMs: 2_000,
    prepare: async () => {
      await mkdir(dir, { recursive: true });
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/version`)).ok,
  };
}
