// A worker that is killed by the job of the user POISON, and does every other.
import { dieAtOnce, given, load } from './installation.mjs';

const poison = given('POISON');
const { parseSettings } = await load('config/env.js');
const { startWorker } = await load('composition/worker.js');
const { entry } = await load('Services/BackgroundJobs/queues/catalogue.js');
const { userDataJob } = await load('Services/BackgroundJobs/jobs/userData/userData.job.js');

const processor = async (/** @type {{userId: string}} */ { userId }) =>
  userId === poison ? dieAtOnce() : 'done';
await startWorker({
  env: parseSettings(JSON.parse(given('TEST_SETTINGS'))),
  catalogue: [entry(userDataJob, async () => processor)],
});
