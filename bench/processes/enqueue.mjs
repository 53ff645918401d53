// The product enqueues a run of all users, and another one, of which all are duplicates.
import { answer, load, producing, SILENT } from './parts.mjs';

const { outbox, source, openRun } = await producing();
const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');

/** @returns {Promise<{seconds: number, enqueued: number, duplicates: number}>} */
async function enumerate() {
  const { _id } = await openRun();
  const began = performance.now();
  const { enqueued, duplicates } = await enumerateRun(_id, {
    ...{ source, outbox, leaseMs: 600_000, log: SILENT },
    signal: new AbortController().signal,
  });
  return { seconds: (performance.now() - began) / 1000, enqueued, duplicates };
}

answer({ fresh: await enumerate(), again: await enumerate() });
process.exit(0);
