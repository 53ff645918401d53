import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../command.mjs';
import { answersMongo } from './answersMongo.mjs';
import { cached, isCached } from './cache.mjs';
import { startService } from './children.mjs';
import { mongoUri } from './mongoUri.mjs';
import { fingerprintOf, ownFolder } from './secrets.mjs';

/** @typedef {import('./mongoUri.mjs').MongoLogin} MongoLogin */

/** How long the download may say nothing; a closed network shows within it. */
const SILENCE_MS = 20_000;
const STOP_MS = 15_000;
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
 * A standalone mongod on 127.0.0.1. Data from before there was a login get it when it is prepared.
 * @param {{program: string, dir: string, port: number, login?: MongoLogin | undefined}} options
 *   without a login everyone on this machine may do everything
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function mongodProcess({ program, dir, port, login }) {
  const auth = login === undefined ? [] : ['--auth'];
  return {
    name: 'mongo',
    command: program,
    args: ['--dbpath', dir, '--port', String(port), '--bind_ip', '127.0.0.1', ...auth],
    port,
    stopMs: STOP_MS,
    fingerprint: fingerprintOf(JSON.stringify(login ?? null)),
    prepare: async () => {
      await ownFolder(dir);
      if (login !== undefined) await setLogin({ program, dir, port }, login);
    },
    isReady: () => answersMongo(mongoUri({ port, login })),
  };
}

/**
 * Gives the user its password. A mongod that listens on nothing but a socket in a folder of its
 * owner alone does this: for a moment it lets everyone in who can reach it.
 * @param {{program: string, dir: string, port: number}} mongod
 * @param {MongoLogin} login
 */
async function setLogin({ program, dir, port }, { user, password }) {
  const folder = await mkdtemp(join(tmpdir(), 'hourwork-mongod-'));
  // Named as mongod names its own.
  const socket = join(folder, `mongodb-${port}.sock`);
  const uri = `mongodb://${encodeURIComponent(socket)}/`;
  try {
    const running = await startService(
      {
        name: 'mongo',
        command: program,
        args: ['--dbpath', dir, '--port', String(port), '--bind_ip', socket],
        port,
        stopMs: STOP_MS,
        prepare: async () => undefined,
        isReady: () => answersMongo(uri),
      },
      { logFile: join(folder, 'mongod.log') },
    );
    try {
      await setMongoUser(uri, { user, password });
    } finally {
      await running.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Makes the user, or gives the one there is this password.
 * @param {string} uri
 * @param {MongoLogin} login
 */
async function setMongoUser(uri, { user, password: pwd }) {
  const { default: mongoose } = await import('mongoose');
  const connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: SILENCE_MS })
    .asPromise();
  try {
    const admin = connection.getClient().db('admin');
    const { users } = await admin.command({ usersInfo: user });
    const verb = users.length === 0 ? 'createUser' : 'updateUser';
    await admin.command({ [verb]: user, pwd, roles: [{ role: 'root', db: 'admin' }] });
  } finally {
    await connection.destroy();
  }
}
