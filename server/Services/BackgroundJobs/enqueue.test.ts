import { afterEach, expect, it } from 'vitest';
import { enqueue, enqueueMany, provideEnqueuer } from './enqueue.ts';
import type { EnqueueOptions, Enqueuer } from './enqueuing/enqueuer.ts';
import { asParentJob } from './enqueuing/parentJob.ts';
import { userDataJob } from './jobs/userData/userData.job.ts';

const payload = { userId: 'a'.repeat(24), asOf: '2026-11-22', backfill: false };
const asked: EnqueueOptions[] = [];
const enqueuer: Enqueuer = {
  async enqueue(_job, _payload, options = {}) {
    asked.push(options);
    return { jobId: 'j', became: 'accepted' };
  },
  async enqueueMany(_job, requests) {
    asked.push(...requests);
    return [];
  },
};
let forget = () => {};
afterEach(() => {
  forget();
  asked.length = 0;
});

it('is refused in a process that has no enqueuer', () => {
  expect(() => enqueue(userDataJob, payload)).toThrow('Nothing can be enqueued from this process');
});

it('outside of a job gives no key of its own', async () => {
  forget = provideEnqueuer(enqueuer);
  await enqueue(userDataJob, payload);
  await enqueue(userDataJob, payload, { key: 'mine' });
  expect(asked).toEqual([{}, { key: 'mine' }]);
});

it('in a job gives the same key to the same place in every try, and leaves a given one', async () => {
  forget = provideEnqueuer(enqueuer);
  const work = async () => {
    await enqueue(userDataJob, payload);
    await enqueue(userDataJob, payload, { key: 'mine' });
    await Promise.resolve();
    await enqueueMany(userDataJob, [{ payload }, { payload }]);
  };
  await asParentJob('parent', work);
  const first = asked.splice(0);
  await asParentJob('parent', work);
  expect(asked).toEqual(first);
  expect(first.map(({ key }) => key)).toEqual(['parent/1', 'mine', 'parent/2', 'parent/3']);
});
