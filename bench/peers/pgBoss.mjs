import PgBoss from 'pg-boss';
import { given } from '../processes/parts.mjs';

const NAME = 'user-data';

/** pg-boss on PostgreSQL; jobs are fetched in batches, whose jobs are done side by side. */
export async function open() {
  const boss = new PgBoss({ connectionString: given.postgresUrl });
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue(NAME);
  return {
    add: (jobs) =>
      boss.insert(jobs.map((data) => ({ name: NAME, data, retryLimit: 3, retryBackoff: true }))),
    work: (work) =>
      boss.work(NAME, { batchSize: given.concurrency, pollingIntervalSeconds: 0.5 }, (jobs) =>
        Promise.all(jobs.map(({ data }) => work(data))),
      ),
  };
}
