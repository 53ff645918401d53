import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { quantile } from '../statistics.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const IDLE_RATE = 20;
/** About half of what this machine puts in by single calls and takes at the same time. */
const LOAD_RATE = 400;

/**
 * The worker answers once that it is ready, and at the end with what each job took.
 * @param {'Hourwork' | 'bare'} way
 * @param {number} perSecond
 */
const startingAt =
  (way, perSecond) => async (/** @type {Round} */ round, /** @type {number} */ seconds) => {
    const jobs = perSecond * seconds;
    await round.ask('seed', { jobs: 0 });
    const worker = round.start('latencyWorker', { jobs, concurrency: 5 }, [way]);
    const lines = createInterface({ input: /** @type {any} */ (worker.stdout) });
    await once(lines, 'line');
    round.start('latencyProducer', { jobs }, [way, String(perSecond)]);
    const [line] = await once(lines, 'line');
    /** @type {{waited: number[]}} */
    const { waited } = JSON.parse(line);
    if (waited.length !== jobs) throw new Error(`${waited.length} jobs of ${jobs} began`);
    return { 'p50 ms': quantile(waited, 0.5), 'p99 ms': quantile(waited, 0.99) };
  };

const BARE = 'bare BullMQ, same records';
const rates = [
  ['idle', IDLE_RATE],
  ['half load', LOAD_RATE],
];

/** @type {Case} */
export const latency = {
  name: 'latency',
  what: `From the instant in which a single job is due to be put in to the start of its work, ${IDLE_RATE} a second and ${LOAD_RATE} a second, whether or not the ones before have begun`,
  unit: '',
  size: { full: 15, quick: null },
  warmUp: true,
  variants: Object.fromEntries(
    rates.flatMap(([name, rate]) => [
      [`Hourwork, ${name}`, startingAt('Hourwork', Number(rate))],
      [`${BARE}, ${name}`, startingAt('bare', Number(rate))],
    ]),
  ),
  ratios: rates.flatMap(([name]) => [
    { of: `${BARE}, ${name}`, over: `Hourwork, ${name}`, measure: 'p50 ms', target: 1 / 1.3 },
    { of: `${BARE}, ${name}`, over: `Hourwork, ${name}`, measure: 'p99 ms', target: 1 / 2 },
  ]),
};
