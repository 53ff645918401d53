import { draining } from './drain.mjs';

/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const AT_ONCE = 20;

/** @type {Case} */
export const pages = {
  name: 'pages',
  what:
    'A prototype: one BullMQ job carries 50 users, each with a record of its own; ' +
    `one worker process takes ${AT_ONCE} jobs at once`,
  unit: 'users/s',
  size: { full: 30_000, quick: null },
  variants: {
    'pages of 50': async (round, jobs) => {
      await round.ask('seedPages', { jobs });
      const { seconds } = await round.ask('pageDrain', { jobs, concurrency: AT_ONCE });
      const completed = await (await round.records('jobstatuses')).countDocuments({
        status: 'completed',
      });
      if (completed !== jobs) throw new Error(`${completed} of ${jobs} are completed`);
      return { rate: jobs / seconds };
    },
    'bare BullMQ, same records': draining(AT_ONCE, 'bareDrain', true),
    Hourwork: draining(AT_ONCE, 'drain', true),
  },
  ratios: [
    { of: 'pages of 50', over: 'bare BullMQ, same records', measure: 'rate', target: 1.5 },
    { of: 'pages of 50', over: 'Hourwork', measure: 'rate' },
  ],
};
