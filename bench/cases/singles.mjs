/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/**
 * @param {string} script
 * @param {boolean} records
 */
const puttingIn =
  (script, records) => async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
    await round.ask('seed', { jobs: 0 });
    const { jobs: put, list, calls } = await round.ask(script, { jobs, records });
    const waiting = await round.waiting('ORDER_PROCESSING');
    if (waiting !== put) throw new Error(`${waiting} jobs of ${put} wait`);
    if (records) await round.checkRecords(put);
    return { list, calls };
  };

/** @type {Case} */
export const singles = {
  name: 'singles',
  what: 'Single jobs put in as one list, and a tenth as many by calls of their own, 100 in flight',
  unit: 'jobs/s',
  size: { full: 100_000, quick: 10_000 },
  variants: {
    Hourwork: puttingIn('singles', true),
    'bare BullMQ, same records': puttingIn('bareSingles', true),
    'bare BullMQ, no records': puttingIn('bareSingles', false),
  },
  ratios: [
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'list', target: 0.9 },
    { of: 'Hourwork', over: 'bare BullMQ, same records', measure: 'calls', target: 0.9 },
    { of: 'Hourwork', over: 'bare BullMQ, no records', measure: 'list' },
    { of: 'Hourwork', over: 'bare BullMQ, no records', measure: 'calls' },
  ],
};
