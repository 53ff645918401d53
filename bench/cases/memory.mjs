import { readFile } from 'node:fs/promises';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/** A process that has just begun, and one whose heap and buffers have the size that they keep. */
const FEW = 10_000;
const SOME = 100_000;
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

/**
 * The peak of a process that puts so many single jobs in.
 * @param {Round} round
 * @param {number} jobs
 */
async function peakOfSingles(round, jobs) {
  await round.ask('seed', { jobs: 0 });
  const { child, answer } = round.askOf('memorySingles', { jobs });
  await answer;
  const peak = await peakMib(child.pid);
  await round.checkRecords(jobs);
  await round.end();
  return peak;
}

const counted = (/** @type {number} */ jobs) => jobs.toLocaleString('en');
const fromFew = (/** @type {string} */ process) => `${process}, from ${counted(FEW)}`;
const fromSome = (/** @type {string} */ process) => `${process}, from ${counted(SOME)}`;

const RUN = 'a run of 1,000,000 users';
const SINGLES = '1,000,000 single jobs, in lists of 1,000';
const PRODUCER = 'producer';
const WORKER = 'worker';

/** @type {Case} */
export const memory = {
  name: 'memory',
  what: `How far the peak memory of a process is above that for ${counted(FEW)} jobs, and above that for ${counted(SOME)}: of the producer of a run, of a worker that takes its jobs, and of one that puts single jobs in. A heap takes some tens of thousands of jobs to come to its size`,
  unit: 'MiB',
  size: { full: 1_000_000, quick: null },
  rounds: 1,
  isAboutTime: false,
  variants: {
    [RUN]: async (round, jobs) => {
      const few = await peaks(round, FEW);
      const some = await peaks(round, SOME);
      const many = await peaks(round, jobs);
      return {
        [fromFew(PRODUCER)]: many.producer - few.producer,
        [fromSome(PRODUCER)]: many.producer - some.producer,
        [fromFew(WORKER)]: many.worker - few.worker,
        [fromSome(WORKER)]: many.worker - some.worker,
      };
    },
    [SINGLES]: async (round, jobs) => {
      const few = await peakOfSingles(round, FEW);
      const some = await peakOfSingles(round, SOME);
      const many = await peakOfSingles(round, jobs);
      return { [fromFew(PRODUCER)]: many - few, [fromSome(PRODUCER)]: many - some };
    },
  },
  ratios: [],
  limits: [fromFew, fromSome].flatMap((from) => [
    { of: RUN, measure: from(PRODUCER), atMost: MOST_GROWTH_MIB },
    { of: RUN, measure: from(WORKER), atMost: MOST_GROWTH_MIB },
    { of: SINGLES, measure: from(PRODUCER), atMost: MOST_GROWTH_MIB },
  ]),
};
