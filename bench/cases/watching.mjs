import { setTimeout as sleep } from 'node:timers/promises';
import { projectDir } from '../../scripts/project.mjs';
import { ADMIN_SETTINGS, logIn } from '../administrator.mjs';
import { pin, pinTree } from '../pinning.mjs';
import { quantile } from '../statistics.mjs';
import { customersOnce } from './customers.mjs';
import { startRun } from './startRun.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const WATCHERS = 50;
const IDLE_MS = 15_000;
const EVERY_MS = 50;
const PROBED = { health: '/health/live', 'queue/stats': '/app/job-status/queue/stats' };

/**
 * Asks each path every 50 ms, whether or not it has answered before, until `stop`.
 * @param {string} url
 * @param {Record<string, string>} headers
 */
function probe(url, headers) {
  /** @type {Map<string, number[]>} */
  const latencies = new Map(Object.keys(PROBED).map((name) => [name, []]));
  /** @type {Promise<void>[]} */
  const asked = [];
  const timer = setInterval(() => {
    for (const [name, path] of Object.entries(PROBED)) asked.push(ask(name, path));
  }, EVERY_MS);

  async function ask(/** @type {string} */ name, /** @type {string} */ path) {
    const began = performance.now();
    const response = await fetch(url + path, { headers });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    latencies.get(name)?.push(performance.now() - began);
  }

  return async function stop() {
    clearInterval(timer);
    await Promise.all(asked);
    return Object.fromEntries(
      [...latencies].flatMap(([name, each]) => [
        [`${name} p50 ms`, quantile(each, 0.5)],
        [`${name} p99 ms`, quantile(each, 0.99)],
      ]),
    );
  };
}

/**
 * @param {{isRunning: boolean, watchers: number}} how
 */
const probing = ({ isRunning, watchers }) => {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    const { api, slot, url, sealed } = await startRun(round, {
      ...{ cwd: projectDir, workers: 2, database: await customers(round, projectDir) },
      settings: { WORKER_CONCURRENCY: 'auto', ...ADMIN_SETTINGS },
    });
    await pinTree(process.pid, 1);
    await pin(api, 0);
    try {
      const headers = await logIn(url);
      const closing = new AbortController();
      const watching = Array.from({ length: watchers }, () => watch(url, headers, closing.signal));
      await sleep(isRunning ? Math.max(0, slot.getTime() - Date.now()) : 3_000);
      const stop = probe(url, headers);
      const seconds = isRunning ? await sealed() : await sleep(IDLE_MS, Number.NaN);
      const latencies = await stop();
      closing.abort();
      await Promise.all(watching);
      return isRunning ? { ...latencies, 'run s': seconds } : latencies;
    } finally {
      await pinTree(process.pid, null);
    }
  };
};

/**
 * Follows the stream that an open dashboard follows.
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 */
async function watch(url, headers, signal) {
  const response = await fetch(`${url}/app/live`, { headers, signal });
  if (!response.ok) throw new Error(`/app/live answered ${response.status}`);
  try {
    for await (const _ of /** @type {any} */ (response.body));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** @type {Case} */
export const watching = {
  name: 'watching',
  what:
    'What the API’s process answers meanwhile, on a core of its own, asked 20 times a second for each path; ' +
    `watchers are ${WATCHERS} open streams of events`,
  unit: '',
  size: { full: 0, quick: null },
  warmUp: true,
  variants: {
    idle: probing({ isRunning: false, watchers: 0 }),
    'during the hourly run': probing({ isRunning: true, watchers: 0 }),
    [`during the run, ${WATCHERS} watchers`]: probing({ isRunning: true, watchers: WATCHERS }),
  },
  ratios: [
    {
      ...{ of: 'during the hourly run', over: `during the run, ${WATCHERS} watchers` },
      ...{ measure: 'run s', target: 0.95 },
    },
  ],
  limits: [
    { of: 'during the hourly run', measure: 'health p99 ms', atMost: 50 },
    { of: 'during the hourly run', measure: 'queue/stats p99 ms', atMost: 100 },
  ],
};
