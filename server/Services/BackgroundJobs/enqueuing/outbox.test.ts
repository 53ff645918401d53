import { expect, it, onTestFinished } from 'vitest';
import type { QueueEntry } from '../queues/jobQueue.ts';
import { createOutbox } from './outbox.ts';

function entry(number: number): QueueEntry {
  return {
    envelope: {
      ...{ kind: 'email', version: 1, jobId: `job-${number}`, runId: null, runSeq: number },
      ...{
        userId: null,
        generation: 1,
        requestId: null,
        key: null,
        unique: null,
        uniqueUntil: null,
        runAt: null,
      },
      ...{ priority: null, maxAttempts: null, spent: null, deadlineMs: null, late: null },
      payload: {},
    },
    deduplicationId: null,
  };
}

it('hands over one batch in a turn of the event loop, so that requests are answered between', async () => {
  let turn = 0;
  const counting = () => {
    turn += 1;
    next = setImmediate(counting);
  };
  let next = setImmediate(counting);
  onTestFinished(() => clearImmediate(next));
  const turns: number[] = [];
  const { enqueue } = createOutbox({
    duplicateRetentionDays: 1,
    queue: {
      name: 'mail',
      async add(entries) {
        turns.push(turn);
        return entries.map(({ envelope }) => envelope.jobId);
      },
      remove: async () => [],
    },
  });
  const entries = Array.from({ length: 40 }, (_, number) => entry(number));
  expect(await enqueue(entries, 5)).toMatchObject({ enqueued: 40 });
  expect(new Set(turns).size).toBe(8);
});
