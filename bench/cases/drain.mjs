/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/**
 * @param {number} concurrency
 * @param {'drain' | 'bareDrain'} script
 * @param {boolean} records
 * @param {string[]} args
 */
export const draining =
  (concurrency, script, records, args = []) =>
  async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    await round.ask('seed', { jobs }, ['enqueued']);
    const work = { jobs, concurrency, records };
    const settings = { WORKER_CONCURRENCY: String(concurrency) };
    if (!records) {
      const { seconds } = await round.ask(script, work);
      return { rate: jobs / seconds };
    }
    round.start(script, { ...work, settings }, args);
    return { rate: await round.recordedPerSecond(jobs) };
  };

const ONE_STATEMENT = 'bare BullMQ, same records, one statement a batch';

/**
 * @param {number} concurrency
 * @returns {Case}
 */
const drainAt = (concurrency) => ({
  name: `drain-${concurrency}`,
  what: `One worker process takes jobs whose work is nothing, ${concurrency} at once, and records each`,
  unit: 'jobs/s',
  size: { full: 30_000, quick: 10_000 },
  variants: {
    Hourwork: draining(concurrency, 'drain', true),
    'bare BullMQ, same records': draining(concurrency, 'bareDrain', true),
    [ONE_STATEMENT]: draining(concurrency, 'bareDrain', true, ['one-statement']),
    'bare BullMQ, no records': draining(concurrency, 'bareDrain', false),
  },
  ratios: [
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'rate', target: 0.9 },
    { of: 'Hourwork', over: ONE_STATEMENT, measure: 'rate' },
    { of: 'Hourwork', over: 'bare BullMQ, no records', measure: 'rate' },
  ],
});

export const drains = [3, 20, 100].map(drainAt);
