import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectDir } from '../../scripts/project.mjs';
import { ADMIN_SETTINGS, logIn } from '../administrator.mjs';
import { secondsOf } from '../load.mjs';
import { pin, pinTree } from '../pinning.mjs';
import { quantile } from '../statistics.mjs';
import { customersOnce } from './customers.mjs';
import { startRun } from './startRun.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const WATCHERS = 50;
const IDLE_MS = 15_000;
const EVERY_MS = 50;
/** How long after it was last told the client asks for the front page, and how often for what happened. */
const UNTOLD_MS = 15_000;
const CHANGES_MS = 60_000;
/** What the API’s process used of a core. */
const COST = 'API % of a core';
const UNWATCHED = 'during the hourly run';
const WATCHED = `during the run, ${WATCHERS} watchers`;
const PROBED = { health: '/health/live', 'queue/stats': '/app/job-status/queue/stats' };

/** The status of a refusal because a store gave no answer in time. */
const TOO_SLOW = 503;
const AGAIN_MS = 1_000;
/** What a refused request counts as: of more than one in a hundred the 99th percentile tells. */
const REFUSED_MS = 60_000;
/** Once in a year, and not while this is measured. */
const NO_SLOT = { USER_DATA_SCHEDULE: `0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *` };

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
    for (const [name, path] of Object.entries(PROBED)) asked.push(untilAwaited(ask(name, path)));
  }, EVERY_MS);

  async function ask(/** @type {string} */ name, /** @type {string} */ path) {
    const began = performance.now();
    const response = await fetch(url + path, { headers });
    await response.arrayBuffer();
    latencies.get(name)?.push(response.ok ? performance.now() - began : REFUSED_MS);
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
 * Its error reaches the code that awaits it at the end, and does not end this process with its services running.
 * @param {Promise<void>} promise
 */
function untilAwaited(promise) {
  promise.catch(() => undefined);
  return promise;
}

/**
 * @param {{isRunning: boolean, watchers: number}} how
 */
const probing = ({ isRunning, watchers }) => {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    const { api, slot, url, sealed } = await startRun(round, {
      ...{ cwd: projectDir, workers: 2, database: await customers(round, projectDir) },
      settings: {
        ...{ WORKER_CONCURRENCY: 'auto', ...ADMIN_SETTINGS },
        ...(!isRunning && NO_SLOT),
      },
    });
    await pinTree(process.pid, 1);
    await pin(api, 0);
    try {
      const headers = await logIn(url);
      const closing = new AbortController();
      const watching = Array.from({ length: watchers }, () =>
        untilAwaited(watch(url, headers, closing.signal)),
      );
      await sleep(Math.max(0, slot.getTime() - Date.now()));
      const stop = probe(url, headers);
      const began = { at: performance.now(), used: await secondsOf(api) };
      const seconds = isRunning ? await sealed() : await sleep(IDLE_MS, Number.NaN);
      const used = (await secondsOf(api)) - began.used;
      const cost = { [COST]: (100_000 * used) / (performance.now() - began.at) };
      const latencies = await stop();
      closing.abort();
      await Promise.all(watching);
      return { ...latencies, ...cost, ...(isRunning && { 'run s': seconds }) };
    } finally {
      await pinTree(process.pid, null);
    }
  };
};

/**
 * Does what an open front page does: reads what it shows once, follows the stream, which tells it when that has
 * changed, and reads each minute what happened since the last look. Told nothing for long, it would ask again.
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 */
async function watch(url, headers, signal) {
  const agent = new Agent({ keepAlive: true });
  const read = (/** @type {string} */ path) => readPage(url + path, { headers, signal, agent });
  try {
    const response = await openStream(`${url}/app/live`, { headers, signal });
    let [toldAt, changesAt] = [-Infinity, -Infinity];
    for await (const events of /** @type {any} */ (response.body)) {
      const now = performance.now();
      if (now - toldAt > UNTOLD_MS) await read('/app/now');
      if (now - changesAt > CHANGES_MS) {
        await read('/app/changes');
        changesAt = now;
      }
      if (now - toldAt > UNTOLD_MS || Buffer.from(events).includes('event: now')) toldAt = now;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    agent.destroy();
  }
}

/**
 * Opens a stream of events. One that is refused because a store is too slow, as while everything starts, is asked for
 * again, as the page does.
 * @param {string} url
 * @param {{headers: Record<string, string>, signal: AbortSignal}} options
 */
async function openStream(url, { headers, signal }) {
  for (;;) {
    const response = await fetch(url, { headers, signal });
    if (response.ok) return response;
    await response.arrayBuffer();
    if (response.status !== TOO_SLOW) throw new Error(`${url} answered ${response.status}`);
    await sleep(AGAIN_MS, undefined, { signal });
  }
}

/**
 * Reads an answer and looks at none of it: the machine is to do little besides what is measured.
 * @param {string} url
 * @param {import('node:http').RequestOptions} options
 */
async function readPage(url, options) {
  const [response] = /** @type {[import('node:http').IncomingMessage]} */ (
    await once(get(url, options), 'response')
  );
  if (![200, TOO_SLOW].includes(response.statusCode ?? 0)) {
    throw new Error(`${url} answered ${response.statusCode}`);
  }
  response.resume();
  await once(response, 'end');
}

/** @type {Case} */
export const watching = {
  name: 'watching',
  what:
    'What the API’s process answers meanwhile, on a core of its own, asked 20 times a second for each path; ' +
    `watchers are ${WATCHERS} open front pages, which the stream of events tells what they show`,
  unit: '',
  size: { full: 0, quick: null },
  warmUp: true,
  variants: {
    idle: probing({ isRunning: false, watchers: 0 }),
    [UNWATCHED]: probing({ isRunning: true, watchers: 0 }),
    [WATCHED]: probing({ isRunning: true, watchers: WATCHERS }),
  },
  ratios: [
    {
      ...{ of: UNWATCHED, over: WATCHED },
      ...{ measure: 'run s', target: 0.95 },
    },
  ],
  limits: [
    { of: UNWATCHED, measure: 'health p99 ms', atMost: 50 },
    { of: UNWATCHED, measure: 'queue/stats p99 ms', atMost: 100 },
    { of: WATCHED, above: UNWATCHED, measure: COST, atMost: 10 },
  ],
};
