import { expect, it } from 'vitest';
import { parseSettings } from '../../../config/env.ts';
import type { ProcessorContext } from './jobDefinition.ts';
import { loadProcessors } from './loadProcessors.ts';
import { createOwnQueues, type OwnJob, type OwnProcessor } from './ownQueues.ts';

const env = parseSettings({});
const quiet = () => undefined;
const context: ProcessorContext = {
  ...{ jobId: 'job-1', runId: null, runSeq: 1, attempt: 2, idempotencyKey: 'job-1' },
  signal: new AbortController().signal,
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  ...{ progress: quiet, logLine: quiet },
};

it('a processor has a queue of its name, its concurrency, and what the job was put in with', async () => {
  const queueManager = createOwnQueues();
  const seen: OwnJob[] = [];
  const work: OwnProcessor = async (job) => {
    seen.push(job);
    return 'sent';
  };
  const { kind } = queueManager.registerProcessor('ORDER_MAIL', work, 5);
  expect(kind).toBe('order-mail');
  const { loaded, failed } = await loadProcessors(queueManager.entries(), { env });
  expect(failed).toEqual([]);
  const [own] = loaded;
  expect([own?.queue.name, own?.queue.concurrency(env)]).toEqual(['ORDER_MAIL', 5]);
  expect(await own?.jobs[0]?.work({ to: 'a@example.com' }, context)).toBe('sent');
  expect(seen).toMatchObject([{ id: 'job-1', data: { to: 'a@example.com' }, attemptsMade: 1 }]);
});

it('one that cannot be registered keeps none of the others', async () => {
  const queueManager = createOwnQueues();
  queueManager.registerProcessor('ABSENT', undefined as unknown as OwnProcessor, 5);
  queueManager.registerProcessor('NONE', async () => 'done', 0);
  queueManager.registerProcessor('WELL', async () => 'done', 2);
  const { loaded, failed } = await loadProcessors(queueManager.entries(), { env });
  expect(loaded.map(({ queue }) => queue.name)).toEqual(['WELL']);
  expect(failed).toEqual([
    { queue: 'ABSENT', reason: 'The processor of ABSENT is no function.' },
    { queue: 'NONE', reason: expect.stringContaining('whole number from 1') },
  ]);
});
