import { MongoBackend } from '@agendajs/mongo-backend';
import { Agenda } from 'agenda';
import { given } from '../processes/parts.mjs';

const NAME = 'user-data';

/** Agenda on the same MongoDB, with a short `processEvery`, as it polls for jobs. */
export async function open() {
  const { concurrency } = given;
  const queue = new Agenda({
    backend: new MongoBackend({ address: given.mongoUri }),
    processEvery: '1 second',
    ...{ maxConcurrency: concurrency, defaultConcurrency: concurrency },
  });
  await queue.ready;
  return {
    add: (jobs) => Promise.all(jobs.map((job) => queue.now(NAME, job))),
    async work(work) {
      queue.define(NAME, (job) => work(job.attrs.data));
      await queue.start();
    },
  };
}
