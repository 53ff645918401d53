import { readFile } from 'node:fs/promises';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const FEW = 10_000;
const MOST_GROWTH_MIB = 32;

/**
 * The most memory that a process has had, as Linux tells it (proc(5)).
 * @param {number | undefined} pid
 */
async function peakMib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kib = 'NaN'] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
  return Number(kib) / 1024;
}

/**
 * The peaks of a producer that enqueues a run of so many users, and of a worker that takes all of them.
 * @param {Round} round
 * @param {number} jobs
 */
async function peaks(round, jobs) {
  await round.ask('seed', { jobs });
  const producer = round.start('memoryProducer', { jobs });
  const worker = round.start('drain', { jobs, settings: { WORKER_CONCURRENCY: '20' } });
  await round.recordedPerSecond(jobs);
  const seen = { producer: await peakMib(producer.pid), worker: await peakMib(worker.pid) };
  await round.end();
  return seen;
}

/** @type {Case} */
export const memory = {
  name: 'memory',
  what: `How far the peak memory of the producer of a run, and of a worker that takes its jobs, is above that for a run of ${FEW.toLocaleString('en')} users`,
  unit: 'MiB',
  size: { full: 1_000_000, quick: null },
  rounds: 1,
  variants: {
    'a run of 1,000,000 users': async (round, jobs) => {
      const few = await peaks(round, FEW);
      const many = await peaks(round, jobs);
      return { producer: many.producer - few.producer, worker: many.worker - few.worker };
    },
  },
  ratios: [],
  limits: ['producer', 'worker'].map((measure) => ({
    ...{ of: 'a run of 1,000,000 users', measure, atMost: MOST_GROWTH_MIB },
  })),
};
