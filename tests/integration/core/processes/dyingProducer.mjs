// A producer that is killed at one step of the page DIE_IN_PAGE of the run RUN_ID.
import { connect, dieAtOnce, given, load, SILENT } from './installation.mjs';

const step = given('DIE_AT');
const dyingPage = Number(given('DIE_IN_PAGE'));
const { outbox } = await connect();
const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');
const { userDataSource } = await load('Services/BackgroundJobs/jobs/userData/userData.source.js');

let page = 0;
const dying = {
  /** @param {unknown[]} entries */
  async record(entries) {
    page += 1;
    if (page === dyingPage && step === 'checkpoint') await dieAtOnce();
    const recorded = await outbox.record(entries);
    if (page === dyingPage && step === 'record') await dieAtOnce();
    return recorded;
  },
  /**
   * @param {unknown[]} entries
   * @param {number} batchSize
   */
  async enqueue(entries, batchSize) {
    if (page !== dyingPage) return outbox.enqueue(entries, batchSize);
    const half = step === 'half' ? Math.ceil(entries.length / 2) : entries.length;
    await outbox.enqueue(entries.slice(0, half), batchSize);
    return dieAtOnce();
  },
};
await enumerateRun(given('RUN_ID'), {
  source: userDataSource,
  outbox: dying,
  leaseMs: Number(given('LEASE_MS')),
  log: SILENT,
  signal: new AbortController().signal,
});
