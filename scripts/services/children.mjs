import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { waitUntil } from '../waiting.mjs';

/** How long a service may take until it serves. */
const START_MS = 60_000;

/**
 * A service that runs as a child of this process.
 * @typedef {object} RunningService
 * @property {string} name
 * @property {number} port
 * @property {() => boolean} isRunning
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop SIGINT unless told otherwise, then
 *   SIGKILL after its `stopMs`; done when the process has ended
 * @property {() => void} freeze stops its process where it is (SIGSTOP)
 * @property {() => void} wake lets it go on
 */

/**
 * Starts a service and waits until it serves. It can be started again after `stop`, also after
 * `stop('SIGKILL')`: a fault test does just that.
 * @param {import('./serviceProcess.mjs').ServiceProcess} service
 * @param {{logFile: string}} options
 * @returns {Promise<RunningService>}
 * @throws {Error} with the end of its log when it ends or does not serve in time
 */
export async function startService(service, { logFile }) {
  await service.prepare();
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const child = spawn(service.command, service.args, {
    env: { ...process.env, ...service.env },
    stdio: ['ignore', log, log],
  });
  const ended = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;

  const stop = async (/** @type {NodeJS.Signals} */ signal = 'SIGINT') => {
    if (!isRunning()) return;
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), service.stopMs);
    await ended;
    clearTimeout(force);
  };

  try {
    await waitUntil(service.isReady, {
      timeoutMs: START_MS,
      what: `${service.name} on port ${service.port}`,
      giveUp: async () => (isRunning() ? undefined : 'it ended'),
    });
  } catch (error) {
    await stop('SIGKILL');
    const tail = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-15).join('\n');
    throw new Error(`${/** @type {Error} */ (error).message}\n${tail}`, { cause: error });
  }
  const freeze = () => void child.kill('SIGSTOP');
  const wake = () => void child.kill('SIGCONT');
  return { name: service.name, port: service.port, isRunning, stop, freeze, wake };
}
