// A worker of the product whose work is nothing: all that is measured is what goes on around the work.
import { env, load } from './parts.mjs';

const { startWorker } = await load('composition/worker.js');
const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');
const noWork = async () => ({ segment: 'new', frequency: 0, pAlive: null, summary: 'saved' });
const catalogue = [entry(userDataJob, async () => noWork)];
await startWorker({ env: await env(), catalogue });
