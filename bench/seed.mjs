#!/usr/bin/env node
// npm run bench:seed: fills an empty database with a long history, to see how the pages fare with it.
import { parseArgs } from 'node:util';
import mongoose from 'mongoose';
import { runProgram } from '../scripts/console.mjs';
import { catchInterruption, interruption } from '../scripts/interruption.mjs';
import { build } from '../scripts/setup/build.mjs';
import { createHistory, RETENTION_DAYS } from './history.mjs';
import { tallying } from './numbers.mjs';
import { load } from './processes/parts.mjs';

const BATCH = 2_000;
/** Batches in flight: the next are made while the server writes these. */
const IN_FLIGHT = 4;
const EVERY_MS = 5_000;

const USAGE = `npm run bench:seed -- mongodb://127.0.0.1:27017/name               1,000,000 records of jobs
npm run bench:seed -- mongodb://127.0.0.1:27017/name --jobs 50000  so many; a multiple of 1,000

The database must hold no job yet. A tenth of the jobs have failed, in 300 groups; the newest are of now.`;

/**
 * @param {string} uri
 * @param {number} jobs
 */
async function seed(uri, jobs) {
  const { connectMongo, disconnectMongo } = await load('config/mongoConn.js');
  const { ensureIndexes } = await load('models/indexes.js');
  const { foldNumbers } = await load('Services/BackgroundJobs/numbers/fold.js');
  const { requireOwnShapes } = await load('Services/Migrating/ownShapes.js');
  await connectMongo({ uri });
  try {
    if ((await collection('jobstatuses').findOne()) !== null) {
      throw new Error('This database has jobs: name one that has none.');
    }
    await requireOwnShapes();
    const now = new Date();
    const history = createHistory({ jobs, now });
    const { tallied, batches } = tallying(history.batches(BATCH));
    await writeFew('users', history.users.map(withDates(now)));
    await writeFew('runs', history.runs);
    await writeFew('slots', history.slots);
    await writeFew('sequences', [{ _id: 'runs', value: history.lastSeq }]);
    await writeBatches('jobstatuses', batches, jobs);
    await writeFew('numbers', tallied());
    // Quicker than with each record.
    console.error('making the indexes');
    await ensureIndexes();
    await foldNumbers({ retentionDays: () => RETENTION_DAYS, now });
  } finally {
    await disconnectMongo();
  }
}

/** @param {string} name */
function collection(name) {
  return mongoose.connection.getClient().db(mongoose.connection.name).collection(name);
}

/**
 * @param {string} name
 * @param {readonly object[]} documents
 */
async function writeFew(name, documents) {
  for (let at = 0; at < documents.length; at += BATCH) {
    await collection(name).insertMany(documents.slice(at, at + BATCH), { ordered: false });
  }
}

/** @param {Date} now */
function withDates(now) {
  return (/** @type {object} */ user) => ({
    ...user,
    ...{ timezone: 'UTC', active: true, createdAt: now, updatedAt: now },
  });
}

/**
 * Writes them with a few in flight, and says every few seconds how far it is.
 * @param {string} name
 * @param {Iterable<readonly object[]>} batches
 * @param {number} total
 */
async function writeBatches(name, batches, total) {
  const began = performance.now();
  let written = 0;
  const timer = setInterval(() => {
    const rate = (written / (performance.now() - began)) * 1_000;
    console.error(`${written} of ${total}, ${rate.toFixed(0)} a second`);
  }, EVERY_MS);
  const left = batches[Symbol.iterator]();
  async function writeOn() {
    for (let next = left.next(); !next.done; next = left.next()) {
      interruption.throwIfAborted();
      await collection(name).insertMany([...next.value], { ordered: false });
      written += next.value.length;
    }
  }
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, writeOn));
  } finally {
    clearInterval(timer);
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      jobs: { type: 'string', default: '1000000' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  const [uri] = positionals;
  const jobs = Number(values.jobs);
  if (values.help || uri === undefined || !Number.isInteger(jobs / 1_000) || jobs <= 0) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  await build(console.error);
  await seed(uri, jobs);
}

catchInterruption();
await runProgram(main);
