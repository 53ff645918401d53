/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/**
 * @param {string} script
 * @param {boolean} records
 */
const enqueuing =
  (script, records) => async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    await round.ask('seed', { jobs });
    const { fresh, again } = await round.ask(script, { jobs, records });
    if (fresh.enqueued !== jobs || fresh.duplicates !== 0 || again.duplicates !== jobs) {
      throw new Error(`enqueued ${JSON.stringify({ fresh, again })} of ${jobs}`);
    }
    if (records) await round.checkRecords(2 * jobs);
    return { fresh: jobs / fresh.seconds, 'all duplicates': jobs / again.seconds };
  };

/** @type {Case} */
export const enqueue = {
  name: 'enqueue',
  what: 'Users read, recorded and put into the queue, then once more while all are pending',
  unit: 'jobs/s',
  size: { full: 50_000, quick: 10_000 },
  variants: {
    Hourwork: enqueuing('enqueue', true),
    'bare BullMQ, same records': enqueuing('bareEnqueue', true),
    'bare BullMQ, no records': enqueuing('bareEnqueue', false),
  },
  ratios: [
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'fresh', target: 0.9 },
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'all duplicates' },
    { of: 'Hourwork', over: 'bare BullMQ, no records', measure: 'fresh' },
  ],
};
