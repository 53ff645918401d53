/** @typedef {import('../round.mjs').Round} Round */
/** @typedef {import('../cases.mjs').Case} Case */

const CONCURRENCY = 5;
/** How long each job’s work waits: processes/waitingWorker.mjs. */
const WAIT_S = 0.05;

/**
 * Jobs a second while all workers were at work: those that start or end first are not waited for.
 * @param {Round} round
 * @param {number} jobs
 * @param {number} workers
 */
async function rateTogether(round, jobs, workers) {
  await round.recordedPerSecond(jobs);
  const records = await (await round.records('jobstatuses'))
    .find({}, { projection: { worker: 1, startedAt: 1, finishedAt: 1 } })
    .toArray();
  /** @type {Map<string, {began: number, ended: number}>} */
  const spans = new Map();
  for (const { worker, startedAt, finishedAt } of records) {
    const { began, ended } = spans.get(worker) ?? { began: +startedAt, ended: 0 };
    spans.set(worker, {
      began: Math.min(began, +startedAt),
      ended: Math.max(ended, +finishedAt),
    });
  }
  if (spans.size !== workers) throw new Error(`${spans.size} workers of ${workers} worked`);
  const began = Math.max(...[...spans.values()].map((span) => span.began));
  const ended = Math.min(...[...spans.values()].map((span) => span.ended));
  const done = records.filter(({ finishedAt }) => finishedAt > began && finishedAt <= ended);
  return done.length / ((ended - began) / 1000);
}

/** @param {number} workers */
const workedBy = (workers) => async (/** @type {Round} */ round, /** @type {number} */ jobs) => {
  await round.ask('seed', { jobs: jobs * workers }, ['enqueued']);
  const settings = { WORKER_CONCURRENCY: String(CONCURRENCY) };
  for (let number = 0; number < workers; number += 1) {
    round.start('waitingWorker', { jobs, settings });
  }
  const rate = await rateTogether(round, jobs * workers, workers);
  return { 'of the ideal': rate / ((workers * CONCURRENCY) / WAIT_S), 'jobs/s': rate };
};

const counts = [1, 2, 4, 8, 16];
/** @param {number} workers */
const nameOf = (workers) => (workers === 1 ? '1 worker' : `${workers} workers`);

/** @type {Case} */
export const scaling = {
  name: 'scaling',
  what: `Worker processes take ${CONCURRENCY} jobs at once each, whose work waits ${WAIT_S * 1000} ms; the ideal is that nothing but the work takes time`,
  unit: '',
  size: { full: 1_500, quick: null },
  variants: Object.fromEntries(counts.map((workers) => [nameOf(workers), workedBy(workers)])),
  ratios: counts.slice(1).map((workers) => ({
    ...{ of: nameOf(workers), over: nameOf(1), measure: 'of the ideal' },
    ...(workers <= 8 && { target: 0.95 }),
  })),
};
