import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ADMIN_SETTINGS, logIn } from '../administrator.mjs';
import { usersOf } from '../history.mjs';
import { quantile } from '../statistics.mjs';
import { VIEWS } from '../views.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */
/** @typedef {import('../views.mjs').Ids} Ids */
/** @typedef {(path: string) => Promise<any>} Ask */

const RECORDS = 1_000_000;
const VARIANT = 'each view';
const TURNS = 200;
const MEDIAN_MS = 200;
const P99_MS = 500;
/** From here on Redis notes a command as slow: it answers nobody else meanwhile. */
const SLOW_MICROSECONDS = 10_000;
const SLOW = 'commands above 10 ms in Redis';
const DEEP_PAGES = 20;

const medianOf = (/** @type {string} */ view) => `${view} median ms`;
const p99Of = (/** @type {string} */ view) => `${view} p99 ms`;

/** The records are made once: asking changes nothing. */
function recordsOnce() {
  let uri = '';
  return async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    if (uri === '') {
      uri = `${round.mongoUri.replace(/\/[^/]*$/, '')}/million-${randomUUID().slice(0, 8)}`;
      await runCommand(process.execPath, ['bench/seed.mjs', uri, '--jobs', String(jobs)], {
        ...{ cwd: projectDir, onTerminal: true },
      });
    }
    return uri;
  };
}

/**
 * @param {Round} round
 * @param {string} mongoUri
 */
async function startApi(round, mongoUri) {
  const port = await freePort(30_000 + Math.floor(Math.random() * 2_000));
  const env = {
    ...{ MONGODB_URI: mongoUri, REDIS_URL: round.redisUrl, QUEUE_PREFIX: round.prefix },
    ...{ PORT: String(port), JWT_SECRET: randomUUID() + randomUUID(), LOG_LEVEL: 'warn' },
    ...{ ENV_FILE: '/dev/null', TIMEZONE: 'UTC', MISSED_SLOT_POLICY: 'skip' },
    // A day without a slot: nothing begins but what the case asks for.
    USER_DATA_SCHEDULE: '0 0 29 2 *',
    ...ADMIN_SETTINGS,
  };
  round.run(['dist/server/api/server.js'], env, projectDir);
  const url = `http://127.0.0.1:${port}`;
  const headers = await logIn(url);
  return { url, headers };
}

/**
 * Begins a run of all users, which nobody works on: its jobs wait in Redis.
 * @param {{url: string, headers: Record<string, string>}} api
 * @param {Ask} ask
 */
async function openRun({ url, headers }, ask) {
  const response = await fetch(`${url}/app/job-status/runs`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{}',
  });
  const { runId } = /** @type {{runId: string}} */ (await response.json());
  await waitUntil(async () => (await ask(`/app/job-status/runs/${runId}`)).status === 'running', {
    timeoutMs: 120_000,
    intervalMs: 500,
    what: 'all jobs of a run to be in Redis',
  });
  return runId;
}

/**
 * @param {Ask} ask
 * @param {{openRun: string, users: number}} known
 * @returns {Promise<Ids>}
 */
async function idsToAskFor(ask, known) {
  const { items: runs } = await ask('/app/job-status/runs?limit=30');
  const { items: failed } = await ask('/app/jobs?status=failed&limit=500');
  const { items: sent } = await ask('/app/jobs?kind=email&status=completed&limit=200');
  let deep = '';
  for (let page = 0; page < DEEP_PAGES; page += 1) {
    const { nextCursor } = await ask(
      `/app/jobs?limit=500${deep && `&cursor=${encodeURIComponent(deep)}`}`,
    );
    deep = nextCursor;
  }
  const idsOf = (/** @type {{runId: string}[]} */ of) => of.map(({ runId }) => runId);
  return {
    ...known,
    runs: idsOf(runs).filter((runId) => runId !== known.openRun),
    failed: failed.map((/** @type {{jobId: string}} */ { jobId }) => jobId),
    keys: sent.map((/** @type {{key: string}} */ { key }) => key),
    deep,
  };
}

/**
 * Asks for all views in turn, so that each time what an answer was kept for is over.
 * @param {Ask} ask
 * @param {Ids} ids
 */
async function askEach(ask, ids) {
  /** @type {Map<string, number[]>} */
  const took = new Map(Object.keys(VIEWS).map((name) => [name, []]));
  for (let turn = 0; turn < TURNS; turn += 1) {
    for (const [name, pathOf] of Object.entries(VIEWS)) {
      const path = pathOf(ids, turn);
      const began = performance.now();
      await ask(path);
      took.get(name)?.push(performance.now() - began);
    }
  }
  return took;
}

/** Has Redis note what holds it up, from now on. @param {string} url */
async function watchSlowCommands(url) {
  const redis = new Redis(url);
  await redis.config('SET', 'slowlog-log-slower-than', SLOW_MICROSECONDS);
  await redis.slowlog('RESET');
  return async function stop() {
    const slow = /** @type {[number, number, number, string[]][]} */ (
      await redis.slowlog('GET', 128)
    );
    redis.disconnect();
    for (const [, , microseconds, words] of slow) {
      console.log(`  Redis: ${microseconds / 1_000} ms for ${words.slice(0, 4).join(' ')}`);
    }
    return slow.length;
  };
}

/** @returns {import('../cases.mjs').Variant} */
const asking = () => {
  const records = recordsOnce();
  return async (round, jobs) => {
    const api = await startApi(round, await records(round, jobs));
    const ask = async (/** @type {string} */ path) => {
      const response = await fetch(api.url + path, { headers: api.headers });
      const body = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body}`);
      return JSON.parse(body);
    };
    const opened = await openRun(api, ask);
    const ids = await idsToAskFor(ask, { openRun: opened, users: usersOf(jobs) });
    const slowCommands = await watchSlowCommands(round.redisUrl);
    const took = await askEach(ask, ids);
    const slow = await slowCommands();
    return {
      ...Object.fromEntries(
        [...took].flatMap(([view, each]) => [
          [medianOf(view), quantile(each, 0.5)],
          [p99Of(view), quantile(each, 0.99)],
        ]),
      ),
      [SLOW]: slow,
    };
  };
};

/** @type {Case} */
export const million = {
  name: 'million',
  what:
    'What each request of a page of the dashboard takes, and each word of its search, with a million records of ' +
    'jobs, of which 100,000 failed of 300 causes, and 20,000 jobs waiting in Redis',
  unit: '',
  size: { full: RECORDS, quick: null },
  // Each round asks for everything two hundred times.
  rounds: 1,
  variants: { [VARIANT]: asking() },
  ratios: [],
  limits: [
    ...Object.keys(VIEWS).flatMap((view) => [
      { of: VARIANT, measure: medianOf(view), atMost: MEDIAN_MS },
      { of: VARIANT, measure: p99Of(view), atMost: P99_MS },
    ]),
    { of: VARIANT, measure: SLOW, atMost: 0 },
  ],
};
