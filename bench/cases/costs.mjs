import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { projectDir } from '../../scripts/project.mjs';
import { ownSeconds, secondsOf } from '../load.mjs';
import { CUSTOMERS, customersOnce } from './customers.mjs';
import { startRun } from './startRun.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const SAMPLE = 1_000;

/**
 * What a record of a user's job takes in MongoDB before it compresses it, without its indexes.
 * @param {string} uri
 */
async function bytesOfRecord(uri) {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  try {
    const records = await client
      .db()
      .collection('jobstatuses')
      .find({ status: 'completed' })
      .limit(SAMPLE)
      .toArray();
    const bytes = records.map((record) => mongoose.mongo.BSON.calculateObjectSize(record));
    return bytes.reduce((sum, each) => sum + each, 0) / records.length;
  } finally {
    await client.close();
  }
}

/** @param {Promise<number>[]} parts */
async function sumOf(parts) {
  return (await Promise.all(parts)).reduce((sum, each) => sum + each, 0);
}

/** @param {number} seconds */
function perUser(seconds) {
  return (seconds * 1000) / CUSTOMERS;
}

/** One run as shipped, with what each part used of the processors while it went on. */
function usedByRun() {
  const customers = customersOnce();
  return async (/** @type {Round} */ round) => {
    const database = await customers(round, projectDir);
    const { api, workers, slot, sealed } = await startRun(round, {
      ...{ cwd: projectDir, settings: { WORKER_CONCURRENCY: 'auto' }, workers: 2, database },
    });

    async function used() {
      const [all, measuring, ofApi, ofRedis, ofWorkers] = await Promise.all([
        ownSeconds(),
        secondsOf(process),
        secondsOf(api),
        round.redisSeconds(),
        sumOf(workers.map(secondsOf)),
      ]);
      return {
        ...{ API: ofApi, workers: ofWorkers, Redis: ofRedis },
        store: all - measuring - ofApi - ofWorkers - ofRedis,
      };
    }

    await sleep(Math.max(0, slot.getTime() - Date.now()));
    const before = await used();
    await sealed();
    const after = await used();
    return {
      'API, ms of a core': perUser(after.API - before.API),
      'workers, ms of a core': perUser(after.workers - before.workers),
      'Redis, ms of a core': perUser(after.Redis - before.Redis),
      'store, ms of a core': perUser(after.store - before.store),
      'record, bytes of BSON': await bytesOfRecord(database.uri),
    };
  };
}

/** @type {Case} */
export const costs = {
  name: 'costs',
  what: 'What the hourly run of the sample takes for each user: of the processors, by part, and of MongoDB’s disk; the store is FerretDB with its PostgreSQL where there is no MongoDB',
  unit: '',
  size: { full: CUSTOMERS, quick: null },
  warmUp: true,
  variants: { 'Hourwork as shipped, 2 workers': usedByRun() },
  ratios: [],
};
