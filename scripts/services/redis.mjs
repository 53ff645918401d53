import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../command.mjs';
import { SetupError } from '../setupError.mjs';
import { installProgram } from './packages.mjs';

/**
 * A Redis server's program: on PATH, or installed by the system's package manager.
 * @param {(what: string) => void} progress
 * @returns {Promise<string>} its full path
 */
export async function findRedisServer(progress) {
  const found = findProgram('redis-server') ?? findProgram('valkey-server');
  if (found) return found;
  try {
    const wanted = { program: 'redis-server', apt: 'redis-server', brew: 'redis' };
    return await installProgram(wanted, progress);
  } catch (error) {
    throw new SetupError('There is no Redis.', {
      tried: [
        'REDIS_URL, REDIS_HOST, REDIS_SENTINELS and REDIS_CLUSTER_NODES are not set',
        'redis-server and valkey-server are not on PATH',
        `installing it: ${/** @type {Error} */ (error).message}`,
      ],
      remedy: 'install Redis 7 or Valkey, or set REDIS_URL=redis://host:6379 in .env',
      cause: error,
    });
  }
}

/**
 * An own Redis on 127.0.0.1 that keeps what it has acknowledged but for the last second
 * (append-only file, synced every second) and that refuses writes when full instead of evicting
 * jobs, as BullMQ asks.
 * @param {{program: string, dir: string, port: number}} options
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function redisProcess({ program, dir, port }) {
  const config = join(dir, 'redis.conf');
  return {
    name: 'redis',
    command: program,
    args: [config],
    port,
    stopMs: 10_000,
    prepare: async () => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      await writeFile(config, redisConfig({ dir, port }));
    },
    isReady: () => answersPing(port),
  };
}

/** @param {{dir: string, port: number}} options */
function redisConfig({ dir, port }) {
  const quoted = JSON.stringify(dir);
  return `# Written anew at each start.
bind 127.0.0.1
port ${port}
dir ${quoted}
daemonize no
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
save ""
`;
}

/**
 * Whether a Redis without a password answers here, its data loaded.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answersPing(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const settle = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => settle(data.toString() === '+PONG\r\n'));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
