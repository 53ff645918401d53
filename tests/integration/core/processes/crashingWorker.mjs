// A worker that is killed by the job of the user POISON, with the jobs that are at work beside it.
import { setTimeout as wait } from 'node:timers/promises';
import { dieAtOnce, given, load } from './installation.mjs';

const poison = given('POISON');
const { parseSettings } = await load('config/env.js');
const { startWorker } = await load('composition/worker.js');
const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');

/** Long enough to be at work beside the poison. */
const WORK_MS = 300;
/** How long the poison waits for company. */
const COMPANY_MS = 500;
let atWork = 0;

/** @param {{userId: string}} payload */
async function processor({ userId }) {
  if (userId !== poison) {
    atWork += 1;
    await wait(WORK_MS);
    atWork -= 1;
    return 'done';
  }
  const until = Date.now() + COMPANY_MS;
  while (atWork < 2 && Date.now() < until) await wait(10);
  return dieAtOnce();
}

await startWorker({
  env: parseSettings(JSON.parse(given('TEST_SETTINGS'))),
  catalogue: [entry(userDataJob, async () => processor)],
});
