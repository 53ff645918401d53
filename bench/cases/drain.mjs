/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/**
 * @param {number} concurrency
 * @param {'drain' | 'bareDrain'} script
 * @param {boolean} records
 */
export const draining =
  (concurrency, script, records) =>
  async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    await round.ask('seed', { jobs }, ['enqueued']);
    const work = { jobs, concurrency, records };
    const settings = { WORKER_CONCURRENCY: String(concurrency) };
    if (!records) {
      const { seconds } = await round.ask(script, work);
      return { rate: jobs / seconds };
    }
    round.start(script, { ...work, settings });
    return { rate: await round.recordedPerSecond(jobs) };
  };

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
    'bare BullMQ, no records': draining(concurrency, 'bareDrain', false),
  },
  ratios: [
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'rate', target: 0.9 },
    { of: 'Hourwork', over: 'bare BullMQ, no records', measure: 'rate' },
  ],
});

export const drains = [3, 20, 100].map(drainAt);
