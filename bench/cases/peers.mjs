import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { runCommand } from '../../scripts/command.mjs';
import { projectDir } from '../../scripts/project.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { CUSTOMERS, customersOnce } from './customers.mjs';
import { asShipped } from './hourly.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const WORKERS = 2;
const CONCURRENCY = 20;

/** Peers are installed when they are measured: nothing else needs them. */
async function installPeers() {
  const cwd = fileURLToPath(new URL('../peers', import.meta.url));
  if (!existsSync(`${cwd}/node_modules`)) await runCommand('npm', ['ci', '--silent'], { cwd });
}

/**
 * @param {string} peer a module of bench/peers
 * @param {readonly string[]} [worker] how its workers do a user's work
 */
const runBy = (peer, worker = []) => {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    await installPeers();
    const { uri } = await customers(round, projectDir);
    const work = { jobs: CUSTOMERS, concurrency: CONCURRENCY, mongoUri: uri };
    const runSeq = Math.floor(Date.now() / 1000);
    await Promise.all(
      Array.from({ length: WORKERS }, () => round.ask('peer', work, [peer, 'worker', ...worker])),
    );
    const client = await mongoose.mongo.MongoClient.connect(uri);
    try {
      const { began } = await round.ask('peer', work, [peer, 'producer', String(runSeq)]);
      const summaries = client.db().collection('usersummaries');
      await waitUntil(async () => (await summaries.countDocuments({ runSeq })) === CUSTOMERS, {
        ...{ timeoutMs: 900_000, intervalMs: 100, what: `the summaries of ${peer}` },
      });
      return { seconds: (Date.now() - began) / 1000 };
    } finally {
      await client.close();
    }
  };
};

const HOURWORK = 'Hourwork as shipped';
const BULLMQ = 'BullMQ, a write for each transition';
const others = {
  [BULLMQ]: runBy('bullmq'),
  'BullMQ, and queries for each user': runBy('bullmq', ['query-for-each']),
  'Agenda 6': runBy('agenda'),
  'pg-boss 10': runBy('pgBoss'),
  'Graphile Worker 0.16': runBy('graphile'),
};

/** @type {Case} */
export const peers = {
  name: 'peers',
  what:
    'The same run by other ways, each with two worker processes that do the same work for 20 users at once, ' +
    'with the reads and writes that Hourwork gathers, but for the one that says otherwise. ' +
    'pg-boss and Graphile Worker keep their jobs in PostgreSQL, the others in what they are made for',
  unit: 's',
  size: { full: CUSTOMERS, quick: null },
  warmUp: true,
  variants: { [HOURWORK]: asShipped(), ...others },
  ratios: Object.keys(others).map((of) => ({
    ...{ of, over: HOURWORK, measure: 'seconds' },
    target: of === BULLMQ ? 3 : 1,
  })),
};
