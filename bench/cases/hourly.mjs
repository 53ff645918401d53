import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';
import { freePort } from '../../scripts/services/ports.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { CUSTOMERS, customersOnce } from './customers.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/** The in-process batch as it was then: the mark does not move with what both ways share today. */
const LEGACY_COMMIT = 'cc6337b';
/** Between the start of the processes and the slot: they are ready by then. */
const START_MS = 20_000;

/**
 * The compiled code of an earlier commit, made once.
 * @returns {Promise<string>} its folder
 */
async function earlier() {
  const folder = join(homedir(), '.cache', 'hourwork', `bench-${LEGACY_COMMIT}`);
  if (existsSync(join(folder, 'dist'))) return folder;
  await mkdir(folder, { recursive: true });
  const archive = `git archive ${LEGACY_COMMIT} | tar x -C '${folder}'`;
  await runCommand('bash', ['-o', 'pipefail', '-c', archive]);
  await runCommand('npm', ['ci', '--silent', '--ignore-scripts'], { cwd: folder });
  await runCommand('npm', ['run', '--silent', 'build'], { cwd: folder });
  return folder;
}

/**
 * @param {() => Promise<string>} codeFolder
 * @param {Record<string, string>} settings
 * @param {number} workers
 */
const runOfAll = (codeFolder, settings, workers) => {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    const cwd = await codeFolder();
    const { name, uri } = await customers(round, cwd);
    const common = {
      MONGODB_URI: uri,
      REDIS_URL: round.redisUrl,
      QUEUE_PREFIX: `{${name}}`,
      PORT: String(await freePort(30_000 + Math.floor(Math.random() * 2_000))),
      JWT_SECRET: randomUUID() + randomUUID(),
      LOG_LEVEL: 'warn',
      TIMEZONE: 'UTC',
      ENV_FILE: '/dev/null',
      MISSED_SLOT_POLICY: 'skip',
      ...settings,
    };
    const slot = new Date(Math.ceil((Date.now() + START_MS) / 1000) * 1000);
    const at = [slot.getUTCSeconds(), slot.getUTCMinutes(), slot.getUTCHours()];
    const env = { ...common, USER_DATA_SCHEDULE: `${at.join(' ')} * * *` };
    round.run(['dist/server/api/server.js'], env, cwd);
    const worker = 'dist/server/Services/BackgroundJobs/worker.js';
    for (let number = 0; number < workers; number += 1) round.run([worker], env, cwd);
    const client = await mongoose.mongo.MongoClient.connect(common.MONGODB_URI);
    try {
      const db = client.db();
      const run = await waitUntil(
        async () => (await db.collection('runs').findOne({ slot, sealed: { $ne: null } })) ?? false,
        { timeoutMs: 180_000 + START_MS, intervalMs: 50, what: 'the run of the slot to be sealed' },
      );
      const seconds = (Date.now() - run.startedAt.getTime()) / 1000;
      const scored = await db.collection('usersummaries').countDocuments({ runSeq: run.runSeq });
      if (run.sealed.completed !== CUSTOMERS || scored !== CUSTOMERS) {
        throw new Error(`${run.sealed.completed} completed, ${scored} scored of ${CUSTOMERS}`);
      }
      return { seconds };
    } finally {
      await client.close();
    }
  };
};

const here = async () => projectDir;
/** What `npm start` runs: two workers that find their concurrency. */
export const asShipped = () => runOfAll(here, { WORKER_CONCURRENCY: 'auto' }, 2);
const legacyNow = { DAILY_UPDATES: 'true' };

/** @type {Case} */
export const hourly = {
  name: 'hourly',
  what: 'The hourly run of the sample’s 23,570 customers, from its slot to the sealed ledger',
  unit: 's',
  size: { full: CUSTOMERS, quick: CUSTOMERS },
  warmUp: true,
  variants: {
    'Hourwork as shipped, 2 workers': asShipped(),
    [`in-process batch of ${LEGACY_COMMIT}`]: runOfAll(earlier, legacyNow, 0),
    'in-process batch, DAILY_UPDATES=true': runOfAll(here, legacyNow, 0),
    'Hourwork at concurrency 3, 2 workers': runOfAll(here, { WORKER_CONCURRENCY: '3' }, 2),
  },
  ratios: [
    {
      of: `in-process batch of ${LEGACY_COMMIT}`,
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
      target: 1.5,
    },
    {
      of: 'in-process batch, DAILY_UPDATES=true',
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
    },
    {
      of: 'Hourwork at concurrency 3, 2 workers',
      over: 'Hourwork as shipped, 2 workers',
      measure: 'seconds',
    },
  ],
};
