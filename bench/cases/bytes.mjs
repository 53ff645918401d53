/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

/** @param {string} script */
const takenBy = (script) => async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
  await round.ask('seed', { jobs });
  const before = await round.redisBytes();
  await round.ask(script, { jobs, records: false });
  const waiting = await round.waiting('user-data');
  if (waiting !== jobs) throw new Error(`${waiting} jobs of ${jobs} wait`);
  return { bytes: ((await round.redisBytes()) - before) / jobs };
};

/** @type {Case} */
export const bytes = {
  name: 'bytes',
  what: 'What Redis holds for each waiting job of a run: both with the same payload, an id of their own and a deduplication id',
  unit: 'bytes',
  size: { full: 20_000, quick: null },
  isAboutTime: false,
  variants: { Hourwork: takenBy('enqueue'), 'bare BullMQ': takenBy('bareEnqueue') },
  ratios: [{ of: 'bare BullMQ', over: 'Hourwork', measure: 'bytes', target: 0.99 }],
};
