import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { freePort } from '../../scripts/services/ports.mjs';
import { waitUntil } from '../../scripts/waiting.mjs';
import { CUSTOMERS } from './customers.mjs';

/** Between the start of the processes and the slot: they are ready by then. */
const START_MS = 20_000;

/**
 * @typedef {object} Installation
 * @property {string} cwd the folder of the compiled code
 * @property {Record<string, string>} settings
 * @property {number} workers
 * @property {{name: string, uri: string}} database with the customers
 */

/**
 * Starts an API and workers whose schedule has one slot, some seconds from now.
 * @param {import('../round.mjs').Round} round
 * @param {Installation} installation
 */
export async function startRun(round, { cwd, settings, workers, database: { name, uri } }) {
  const slot = new Date(Math.ceil((Date.now() + START_MS) / 1000) * 1000);
  const at = [slot.getUTCSeconds(), slot.getUTCMinutes(), slot.getUTCHours()];
  const port = await freePort(30_000 + Math.floor(Math.random() * 2_000));
  const env = {
    MONGODB_URI: uri,
    REDIS_URL: round.redisUrl,
    QUEUE_PREFIX: `{${name}}`,
    PORT: String(port),
    JWT_SECRET: randomUUID() + randomUUID(),
    LOG_LEVEL: 'warn',
    TIMEZONE: 'UTC',
    ENV_FILE: '/dev/null',
    MISSED_SLOT_POLICY: 'skip',
    USER_DATA_SCHEDULE: `${at.join(' ')} * * *`,
    ...settings,
  };
  const api = round.run(['dist/server/api/server.js'], env, cwd);
  const script = 'dist/server/Services/BackgroundJobs/worker.js';
  const started = Array.from({ length: workers }, () => round.run([script], env, cwd));

  /** Waits for the run to be sealed. @returns {Promise<number>} seconds from its start */
  async function sealed() {
    const client = await mongoose.mongo.MongoClient.connect(uri);
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
      return seconds;
    } finally {
      await client.close();
    }
  }
  return { api, workers: started, slot, url: `http://127.0.0.1:${port}`, sealed };
}
