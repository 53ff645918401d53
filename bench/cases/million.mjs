import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { ADMIN_SETTINGS, logIn } from '../administrator.mjs';
import { usersOf } from '../history.mjs';
import { favour } from '../pinning.mjs';
import { quantile } from '../statistics.mjs';
import { VIEWS } from '../views.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */
/** @typedef {import('../views.mjs').Ids} Ids */
/** @typedef {(path: string) => Promise<any>} Ask */

const RECORDS = 1_000_000;
const VARIANT = 'each view';
const TURNS = 100;
const MEDIAN_MS = 200;
const P99_MS = 500;
/** The first look at the front page after a start. */
const FIRST = 'now, the first';
/** From here on Redis notes a command as slow: it answers nobody else meanwhile. */
const SLOW_MICROSECONDS = 10_000;
const SLOW = 'commands above 10 ms in Redis';
/** The name by which Redis knows the API that is asked: what it holds Redis up for is what people asked for. */
const ASKED = 'asked';
const DEEP_PAGES = 20;

const medianOf = (/** @type {string} */ view) => `${view} median ms`;
const p99Of = (/** @type {string} */ view) => `${view} p99 ms`;

/** The records are made once, and what a round added to them is removed before the next. */
function recordsOnce() {
  let uri = '';
  return async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    if (uri === '') {
      uri = `${round.mongoUri.replace(/\/[^/]*$/, '')}/million-${randomUUID().slice(0, 8)}`;
      await runCommand(process.execPath, ['bench/seed.mjs', uri, '--jobs', String(jobs)], {
        ...{ cwd: projectDir, onTerminal: true },
      });
    } else await removeOpenRuns(uri);
    return uri;
  };
}

/** @param {string} uri */
async function removeOpenRuns(uri) {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  const open = { status: { $in: ['enumerating', 'running'] } };
  const runs = client.db().collection('runs');
  for (const { _id: runId } of await runs.find(open).toArray()) {
    await client.db().collection('jobstatuses').deleteMany({ runId });
  }
  await runs.deleteMany(open);
  await client.close();
}

/**
 * @param {Round} round
 * @param {{mongoUri: string, redisUrl: string, settings?: NodeJS.ProcessEnv}} where
 */
async function startApi(round, { mongoUri, redisUrl, settings }) {
  const port = await freePort(30_000 + Math.floor(Math.random() * 2_000));
  const env = {
    ...{ MONGODB_URI: mongoUri, REDIS_URL: redisUrl, QUEUE_PREFIX: round.prefix },
    ...{ PORT: String(port), JWT_SECRET: randomUUID() + randomUUID(), LOG_LEVEL: 'warn' },
    ...{ ENV_FILE: '/dev/null', TIMEZONE: 'UTC', MISSED_SLOT_POLICY: 'skip' },
    // A day without a slot: nothing begins but what the case asks for.
    USER_DATA_SCHEDULE: '0 0 29 2 *',
    ...ADMIN_SETTINGS,
    ...settings,
  };
  round.run(['dist/server/api/server.js'], env, projectDir);
  const url = `http://127.0.0.1:${port}`;
  const headers = await logIn(url);
  return { url, headers, ask: asking(url, headers) };
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @returns {Ask}
 */
function asking(url, headers) {
  return async (path) => {
    const response = await fetch(url + path, { headers });
    const body = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${body}`);
    return JSON.parse(body);
  };
}

/**
 * Begins a run of all users, which nobody works on: its jobs wait in Redis.
 * @param {{url: string, headers: Record<string, string>, ask: Ask}} api
 */
async function openRun({ url, headers, ask }) {
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

/** How long an answer takes. @param {Ask} ask @param {string} path */
async function timed(ask, path) {
  const began = performance.now();
  await ask(path);
  return performance.now() - began;
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
      took.get(name)?.push(await timed(ask, pathOf(ids, turn)));
    }
  }
  return took;
}

/** Has Redis note what holds it up, from now on. @param {Redis} redis */
async function watchSlowCommands(redis) {
  // Redis takes the time on the clock: on a machine whose cores are all taken, a look at one field had "taken" 12 ms.
  const unfavour = favour(await redisPid(redis));
  await redis.config('SET', 'slowlog-log-slower-than', SLOW_MICROSECONDS);
  await redis.slowlog('RESET');
  return async function stop() {
    const slow = /** @type {[number, number, number, string[], string][]} */ (
      await redis.slowlog('GET', 128)
    );
    unfavour();
    const asked = await addressesOf(redis, ASKED);
    for (const [, , microseconds, words, address] of slow) {
      const whose = asked.has(address) ? 'for those who ask' : 'in the background';
      console.log(
        `  Redis, ${whose}: ${microseconds / 1_000} ms for ${words.slice(0, 4).join(' ')}`,
      );
    }
    return slow.filter(([, , , , address]) => asked.has(address)).length;
  };
}

/** @param {Redis} redis */
async function redisPid(redis) {
  return Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
}

/** The addresses of a user's connections. @param {Redis} redis @param {string} user */
async function addressesOf(redis, user) {
  const clients = /** @type {string} */ (await redis.client('LIST')).split('\n');
  return new Set(
    clients
      .filter((client) => client.includes(` user=${user} `))
      .map((client) => / addr=(\S+)/.exec(client)?.[1]),
  );
}

/** @param {Map<string, number[]>} took */
function printTable(took) {
  const width = Math.max(...[...took.keys()].map(({ length }) => length));
  const cells = (/** @type {string[]} */ ...numbers) =>
    numbers.map((text) => text.padStart(8)).join('');
  console.log(
    `  ${''.padEnd(width)}${cells('median', 'p99')}  to reach ${MEDIAN_MS} and ${P99_MS} ms`,
  );
  for (const [view, each] of took) {
    const [median, p99] = [quantile(each, 0.5), quantile(each, 0.99)];
    const met = median <= MEDIAN_MS && p99 <= P99_MS ? '✔' : '✘';
    console.log(`  ${view.padEnd(width)}${cells(median.toFixed(0), p99.toFixed(0))}  ${met}`);
  }
}

/** @returns {import('../cases.mjs').Variant} */
const askingForAll = () => {
  const records = recordsOnce();
  return async (round, jobs) => {
    const mongoUri = await records(round, jobs);
    const redis = new Redis(round.redisUrl);
    try {
      return await askAll({ round, redis, mongoUri, users: usersOf(jobs) });
    } finally {
      await redis.call('ACL', 'DELUSER', ASKED).catch(() => undefined);
      redis.disconnect();
    }
  };
};

/** @param {{round: Round, redis: Redis, mongoUri: string, users: number}} stores */
async function askAll({ round, redis, mongoUri, users }) {
  // One API keeps the ledgers, and another one is asked: so what each does in Redis is told apart.
  const keeper = await startApi(round, { mongoUri, redisUrl: round.redisUrl });
  const opened = await openRun(keeper);
  const password = randomUUID();
  await redis.call('ACL', 'SETUSER', ASKED, 'reset', 'on', `>${password}`, '~*', '&*', '+@all');
  const { ask } = await startApi(round, {
    mongoUri,
    redisUrl: round.redisUrl.replace('://', `://${ASKED}:${password}@`),
    settings: { SCHEDULES_ENABLED: 'false' },
  });
  const first = await timed(ask, '/app/now');
  const ids = await idsToAskFor(ask, { openRun: opened, users });
  const slowCommands = await watchSlowCommands(redis);
  const took = await askEach(ask, ids);
  took.set(FIRST, [first]);
  printTable(took);
  return {
    ...Object.fromEntries(
      [...took].flatMap(([view, each]) => [
        [medianOf(view), quantile(each, 0.5)],
        [p99Of(view), quantile(each, 0.99)],
      ]),
    ),
    [SLOW]: await slowCommands(),
  };
}

/** @type {Case} */
export const million = {
  name: 'million',
  what:
    'What each request of a page of the dashboard takes, and each word of its search, with a million records of ' +
    'jobs, of which 100,000 failed of 300 causes, and 20,000 jobs waiting in Redis',
  unit: '',
  size: { full: RECORDS, quick: null },
  // Each round asks for everything a hundred times.
  rounds: 1,
  variants: { [VARIANT]: askingForAll() },
  ratios: [],
  limits: [
    ...Object.keys(VIEWS).flatMap((view) => [
      { of: VARIANT, measure: medianOf(view), atMost: MEDIAN_MS },
      { of: VARIANT, measure: p99Of(view), atMost: P99_MS },
    ]),
    { of: VARIANT, measure: p99Of(FIRST), atMost: P99_MS },
    { of: VARIANT, measure: SLOW, atMost: 0 },
  ],
};
