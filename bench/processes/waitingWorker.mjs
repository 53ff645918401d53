// A worker of the product whose work waits as long as a call of a quick service takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { env, load } from './parts.mjs';

const { startWorker } = await load('composition/worker.js');
const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');

async function work() {
  await sleep(50);
  return { segment: 'new', frequency: 0, pAlive: null, summary: 'saved' };
}

await startWorker({ env: await env(), catalogue: [entry(userDataJob, async () => work)] });
