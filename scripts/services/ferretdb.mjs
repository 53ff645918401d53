import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, runCommand } from '../command.mjs';
import { answersMongo } from './answersMongo.mjs';
import { cached, isCached } from './cache.mjs';
import { mongoUri } from './mongoUri.mjs';
import { fingerprintOf, ownFolder, writeSecret } from './secrets.mjs';

const VERSION = '2.7.0';
const GO_PACKAGE = `github.com/FerretDB/FerretDB/v2/cmd/ferretdb@v${VERSION}`;
/** @typedef {import('./mongoUri.mjs').MongoLogin} MongoLogin */

const CACHED = join(`ferretdb-${VERSION}`, 'ferretdb');

/** Whether FerretDB was built before. */
export const hasFerretdb = () => isCached(CACHED);

/**
 * FerretDB, a server that speaks MongoDB's protocol and stores in PostgreSQL with DocumentDB
 * (https://docs.ferretdb.io), built with Go into the user's cache (about two
 * minutes, once).
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 */
export function findFerretdb(progress) {
  return cached(
    CACHED,
    async (path) => {
      const go = findProgram('go', ['/usr/local/go/bin', '/usr/lib/go/bin']);
      if (!go) throw new Error('building FerretDB needs Go 1.24 or later, and there is no go');
      const folder = `${path}.go`;
      await mkdir(folder, { recursive: true });
      try {
        progress('building FerretDB (about 2 minutes, once)');
        await runCommand(go, ['install', GO_PACKAGE], {
          cwd: folder,
          env: { ...process.env, GOBIN: folder },
          onLine: (line) => progress(`building FerretDB (about 2 minutes, once): ${line}`),
        });
        await rename(join(folder, 'ferretdb'), path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    progress,
  );
}

/**
 * FerretDB on 127.0.0.1, over a PostgreSQL that may come up later. It keeps nothing itself.
 * @param {{program: string, dir: string, port: number, postgresUrl: string, login?: MongoLogin | undefined}} options
 *   `login` is a role of that PostgreSQL; without it everyone on this machine may do everything
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function ferretdbProcess({ program, dir, port, postgresUrl, login }) {
  // In a file, because everyone can read a process's arguments.
  const urlFile = join(dir, 'postgresql.url');
  return {
    name: 'ferretdb',
    command: program,
    args: [
      `--postgresql-url-file=${urlFile}`,
      `--listen-addr=127.0.0.1:${port}`,
      `--state-dir=${dir}`,
      ...(login === undefined ? ['--no-auth'] : []),
      '--telemetry=disable',
      '--debug-addr=-',
      '--log-level=WARN',
    ],
    port,
    // It waits for its clients to leave, and has nothing to lose.
    stopMs: 2_000,
    fingerprint: fingerprintOf(postgresUrl),
    prepare: async () => {
      await ownFolder(dir);
      await writeSecret(urlFile, postgresUrl);
    },
    isReady: () => answersMongo(mongoUri({ port, login })),
  };
}
