// A producer that opens a run of all users, says which, and gets the signal HALT_BY at the step HALT_AT
// of the page HALT_IN_PAGE: `lease` is before it takes the run's lease, `record` while the page before is
// handed over, `finish` after the checkpoint of that page and before the next page or the run's end. SIGKILL ends it there; after SIGSTOP it goes on
// when it is woken.
import { connect, given, load, SILENT } from '../integration/core/processes/installation.mjs';

const step = given('HALT_AT');
const haltBy = /** @type {NodeJS.Signals} */ (given('HALT_BY'));
const haltingPage = Number(given('HALT_IN_PAGE'));
const { env, redis, outbox } = await connect();
const { openRequestedRun } = await load('Services/BackgroundJobs/runs/ledger.js');
const { enumerateRun } = await load('Services/BackgroundJobs/runs/enumerate.js');
const { userDataInputOf, userDataSource } = await load(
  'Services/BackgroundJobs/jobs/userData/userData.source.js',
);
const { disconnectMongo } = await load('config/mongoConn.js');

const halt = () => process.kill(process.pid, haltBy);

let recordedPages = 0;
let handedOver = 0;
let looks = 0;
/** Looked at before each page, and once more before the run's end. */
const signal = {
  get aborted() {
    looks += 1;
    if (step === 'finish' && looks === haltingPage + 1) halt();
    return false;
  },
};
const halting = {
  /** @param {unknown[]} entries */
  async record(entries) {
    recordedPages += 1;
    const recorded = await outbox.record(entries);
    if (recordedPages === haltingPage && step === 'record') halt();
    return recorded;
  },
  /**
   * @param {unknown[]} entries
   * @param {number} batchSize
   * @param {() => boolean} mayGoOn
   */
  async enqueue(entries, batchSize, mayGoOn) {
    handedOver += 1;
    const isHalting = handedOver === haltingPage;
    if (!isHalting || step !== 'half') {
      const done = await outbox.enqueue(entries, batchSize, mayGoOn);
      if (isHalting && step === 'enqueue') halt();
      return done;
    }
    const middle = Math.ceil(entries.length / 2);
    const first = await outbox.enqueue(entries.slice(0, middle), batchSize, mayGoOn);
    halt();
    const second = await outbox.enqueue(entries.slice(middle), batchSize, mayGoOn);
    return {
      enqueued: first.enqueued + second.enqueued,
      duplicates: first.duplicates + second.duplicates,
      notEnqueued: first.notEnqueued + second.notEnqueued,
    };
  },
};

const run = await openRequestedRun({
  trigger: 'manual',
  mode: 'queue',
  batchSize: env.USER_BATCH_SIZE,
  kind: userDataSource.job.kind,
  input: userDataInputOf({}),
  selection: null,
  requestId: null,
});
process.stdout.write(`${run._id}\n`);
if (step === 'lease') halt();
const { ended } = await enumerateRun(run._id, {
  source: userDataSource,
  outbox: halting,
  leaseMs: env.PRODUCER_LEASE_MS,
  log: SILENT,
  signal,
});
process.stdout.write(`${ended}\n`);
redis.disconnect();
await disconnectMongo();
