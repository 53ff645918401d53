// The single jobs of a benchmark: orders that are handed in as a list, and one call after another.
import { given, load } from './parts.mjs';

/** Calls for each job in the list: a tenth, because a call costs far more. */
const CALLS_SHARE = 0.1;
const CALLS_IN_FLIGHT = 100;

/** @param {string} name which makes them others than those of another name @param {number} count */
export const orders = (name, count) =>
  Array.from({ length: count }, (_, number) => ({ orderId: `${name}-${number}` }));

/**
 * Puts all of them in, in both ways, and says how long each took.
 * @param {{
 *   many: (payloads: {orderId: string}[]) => Promise<unknown>,
 *   one: (payload: {orderId: string}) => Promise<unknown>,
 * }} ways
 */
export async function putIn({ many, one }) {
  const list = orders('list', given.jobs);
  const calls = orders('call', given.jobs * CALLS_SHARE);
  const manySeconds = await timed(() => many(list));
  const oneSeconds = await timed(async () => {
    const left = [...calls];
    const caller = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await one(next);
    };
    await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, caller));
  });
  return {
    jobs: list.length + calls.length,
    list: list.length / manySeconds,
    calls: calls.length / oneSeconds,
  };
}

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** The product's definition of such a job. */
export const { orderProcessingJob } = await load(
  'Services/BackgroundJobs/jobs/orderProcessing/orderProcessing.job.js',
);
