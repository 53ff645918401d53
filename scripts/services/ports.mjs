import { connect, createServer } from 'node:net';
import { SetupError } from '../setupError.mjs';

/** How many ports are tried from the wished one on. */
const SPAN = 200;

/**
 * Whether a server could listen on this port now, on this machine's own address and on all.
 * @param {number} port
 */
export async function isPortFree(port) {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port));
}

/**
 * The first free port from `wished` on.
 * @param {number} wished
 * @param {ReadonlySet<number>} [taken] ports promised to others
 */
export async function freePort(wished, taken = new Set()) {
  for (let port = wished; port < wished + SPAN; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new SetupError(`No free port from ${wished} to ${wished + SPAN - 1}.`, {
    remedy: 'end what listens there (ss -ltnp lists it), then start again',
  });
}

/**
 * Whether something accepts connections there.
 * @param {number} port
 * @param {string} [host] this machine unless said
 * @param {number} [withinMs]
 * @returns {Promise<boolean>}
 */
export function isListening(port, host = '127.0.0.1', withinMs = 1000) {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: withinMs });
    const settle = (/** @type {boolean} */ answer) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', settle(true));
    socket.once('error', settle(false));
    socket.once('timeout', settle(false));
  });
}

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>}
 */
function canListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
