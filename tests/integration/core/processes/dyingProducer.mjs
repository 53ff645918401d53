// A producer that is killed at one step of the page DIE_IN_PAGE of the run RUN_ID.
import { connect, dieAtOnce, given, load, SILENT } from './installation.mjs';

const step = given('DIE_AT');
const dyingPage = Number(given('DIE_IN_PAGE'));
const { outbox } = await connect();
const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');
const { userDataSource } = await load('Services/BackgroundJobs/jobs/userData/userData.source.js');

let recordedPages = 0;
let handedOver = 0;
let looks = 0;
/** Looked at before each page is handed over, and once more before the run's end. */
const signal = {
  get aborted() {
    looks += 1;
    if (step === 'checkpoint' && looks === dyingPage) process.kill(process.pid, 'SIGKILL');
    return false;
  },
};
const dying = {
  /** @param {unknown[]} entries */
  async record(entries) {
    recordedPages += 1;
    const recorded = await outbox.record(entries);
    if (recordedPages === dyingPage && step === 'record') await dieAtOnce();
    return recorded;
  },
  /**
   * @param {unknown[]} entries
   * @param {number} batchSize
   */
  async enqueue(entries, batchSize) {
    handedOver += 1;
    // The page after this one is recorded meanwhile, and the producer dies there.
    const isBefore = step === 'record' && handedOver === dyingPage - 1;
    if (handedOver !== dyingPage && !isBefore) return outbox.enqueue(entries, batchSize);
    const half = step === 'enqueue' ? entries.length : Math.ceil(entries.length / 2);
    await outbox.enqueue(entries.slice(0, half), batchSize);
    return isBefore ? new Promise(() => undefined) : dieAtOnce();
  },
};
await enumerateRun(given('RUN_ID'), {
  source: userDataSource,
  outbox: dying,
  leaseMs: Number(given('LEASE_MS')),
  log: SILENT,
  signal,
});
