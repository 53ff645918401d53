import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../command.mjs';
import { SetupError } from '../setupError.mjs';
import { installProgram } from './packages.mjs';
import { fingerprintOf, ownFolder, writeSecret } from './secrets.mjs';

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
 * @param {{program: string, dir: string, port: number, password?: string | undefined}} options
 *   without a password every user of the machine is its administrator
 * @returns {import('./serviceProcess.mjs').ServiceProcess}
 */
export function redisProcess({ program, dir, port, password }) {
  const config = join(dir, 'redis.conf');
  const text = redisConfig({ dir, port, password });
  return {
    name: 'redis',
    command: program,
    args: [config],
    port,
    stopMs: 10_000,
    fingerprint: fingerprintOf(text),
    prepare: async () => {
      await ownFolder(dir);
      await writeSecret(config, text);
    },
    isReady: () => answersPing(port, password),
  };
}

/** @param {{dir: string, port: number, password: string | undefined}} options */
function redisConfig({ dir, port, password }) {
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
${password === undefined ? '' : `requirepass ${password}\n`}`;
}

/**
 * Whether a Redis with this password, or with none, answers here, its data loaded.
 * @param {number} port
 * @param {string | undefined} password
 * @returns {Promise<boolean>}
 */
function answersPing(port, password) {
  const hello = password === undefined ? '' : `AUTH ${password}\r\n`;
  const welcome = password === undefined ? '' : '+OK\r\n';
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1000 });
    const settle = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    let answer = '';
    socket.once('connect', () => socket.write(`${hello}PING\r\n`));
    socket.on('data', (data) => {
      answer += data.toString();
      if (answer === `${welcome}+PONG\r\n`) settle(true);
      else if (/^-/m.test(answer)) settle(false);
    });
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
