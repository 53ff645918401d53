import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this user holds the lock of this name.
 * The lock is a listening socket, so it ends with its process, however that ends. On Linux the
 * socket is abstract (unix(7)) and leaves nothing behind; elsewhere it is a file that the next
 * holder clears away.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {() => void} [onWait] called once when another process holds it
 * @returns {Promise<T>}
 */
export async function withLock(name, work, onWait) {
  const address = lockAddress(name);
  let told = false;
  for (;;) {
    const release = await take(address);
    if (release) {
      try {
        return await work();
      } finally {
        await release();
      }
    }
    if (!told) onWait?.();
    told = true;
    if (!(await isHeld(address)) && !address.startsWith('\0')) rmSync(address, { force: true });
    await sleep(250);
  }
}

/** @param {string} name */
function lockAddress(name) {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const id = `hourwork-${process.getuid?.() ?? ''}-${hash}`;
  return process.platform === 'linux' ? `\0${id}` : join(tmpdir(), `${id}.sock`);
}

/**
 * @param {string} address
 * @returns {Promise<undefined | (() => Promise<void>)>} how to release it, if it was free
 */
function take(address) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => {
      server.unref();
      resolve(() => new Promise((closed) => server.close(() => closed())));
    });
  });
}

/**
 * @param {string} address
 * @returns {Promise<boolean>}
 */
function isHeld(address) {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
