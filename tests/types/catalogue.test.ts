import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSettings } from '../../server/config/env.ts';
import type { Producer } from '../../server/Services/BackgroundJobs/producer.ts';
import {
  type Catalogue,
  catalogue,
  entry,
} from '../../server/Services/BackgroundJobs/queues/catalogue.ts';
import {
  defineJob,
  type JobDefinition,
  type Processor,
} from '../../server/Services/BackgroundJobs/queues/jobDefinition.ts';
import { loadProcessors } from '../../server/Services/BackgroundJobs/queues/loadProcessors.ts';

// Each `@ts-expect-error` is a test of the compiler: it fails when the line after it compiles.

const mailJob = defineJob<{ to: string }, { sent: boolean }>({
  kind: 'mail',
  version: 1,
  payload: z.object({ to: z.string() }),
  result: z.object({ sent: z.boolean() }),
  options: () => ({ attempts: 1, retryDelayMs: 1, deadlineMs: 1 }),
});
const sends: Processor<{ to: string }, { sent: boolean }> = async () => ({ sent: true });
const answersText = async ({ to }: { to: string }) => to;
const platform = { env: parseSettings({}) };
/** Those of the product’s own catalogue, in its order. */
const QUEUES = [...new Set(catalogue.map(({ definition }) => definition.queue.name))];

describe('what does not compile', () => {
  it('a processor of another payload or another result, or none', () => {
    const lines: Catalogue = [
      entry(mailJob, async () => sends),
      // @ts-expect-error its payload has no `from`
      entry(mailJob, async () => async ({ from }: { from: number }) => ({ sent: from > 0 })),
      // @ts-expect-error its result is a text
      entry(mailJob, async () => answersText),
      // @ts-expect-error nothing to load
      entry(mailJob),
    ];
    expect(lines).toHaveLength(4);
  });

  it('a definition whose schema is not that of its payload', () => {
    const wrong: JobDefinition<{ to: string }, null> = {
      ...mailJob,
      result: z.null(),
      // @ts-expect-error `to` is a text
      payload: z.object({ to: z.number() }),
    };
    expect(wrong.kind).toBe('mail');
  });

  it('a request to the producer with what it does not know', () => {
    const ask = (producer: Producer) => [
      () => producer.enqueueUsers(['id'], { batchSize: 10, asOf: '2026-11-22' }),
      // @ts-expect-error ids are texts
      () => producer.enqueueUser(7),
      // @ts-expect-error no such option
      () => producer.enqueueUsers(['id'], { batch: 10 }),
      // @ts-expect-error schedules are not for callers to claim
      () => producer.enqueueUsers(['id'], { trigger: 'schedule' }),
      // @ts-expect-error no such kind of job
      () => producer.enqueueReport('id'),
    ];
    expect(ask).toBeTypeOf('function');
  });
});

describe('what does not boot', () => {
  it('a job without a processor, which is named', async () => {
    const without: Catalogue = [entry(mailJob, async () => undefined as never)];
    await expect(loadProcessors(without, platform)).rejects.toThrow(
      'The job "mail" has no processor',
    );
  });

  it('a job that stands twice in the catalogue', async () => {
    const line = entry(mailJob, async () => sends);
    await expect(loadProcessors([line, line], platform)).rejects.toThrow('"mail"');
  });

  it('but the product’s own catalogue boots', async () => {
    const { loaded, failed } = await loadProcessors(catalogue, platform);
    expect(failed).toEqual([]);
    expect(QUEUES).toEqual(expect.arrayContaining(['user-data', 'ORDER_PROCESSING']));
    expect(loaded.map(({ queue }) => queue.name)).toEqual(QUEUES);
  });
});

describe('queues are registered independently', () => {
  const broken: Catalogue[number] = {
    ...entry(mailJob, async () => sends),
    load: () => Promise.reject(new Error('no such module')),
  };

  it('one that fails is told with its reason, and the others are loaded', async () => {
    const { loaded, failed } = await loadProcessors([broken, ...catalogue], platform);
    expect(failed).toEqual([{ queue: 'mail', reason: 'no such module' }]);
    expect(loaded.map(({ queue }) => queue.name)).toEqual(QUEUES);
  });

  it('of the only one, the reason is told too', async () => {
    expect(await loadProcessors([broken], platform)).toEqual({
      loaded: [],
      failed: [{ queue: 'mail', reason: 'no such module' }],
    });
  });

  it('a worker may be given some of them', async () => {
    const { loaded, failed } = await loadProcessors([broken, ...catalogue], platform, [
      'user-data',
    ]);
    expect(failed).toEqual([]);
    expect(loaded.map(({ queue }) => queue.name)).toEqual(['user-data']);
  });

  it('or all but some', async () => {
    const { loaded, failed } = await loadProcessors([broken, ...catalogue], platform, [
      ...['!mail', '!http-task'],
    ]);
    expect(failed).toEqual([]);
    const left = QUEUES.filter((name) => name !== 'http-task');
    expect(loaded.map(({ queue }) => queue.name)).toEqual(left);
  });

  it('a name that is no queue’s does not boot, and those that are are named', async () => {
    await expect(loadProcessors(catalogue, platform, ['user-date'])).rejects.toThrow(
      `WORKER_QUEUES names "user-date", and there is no such queue: ${QUEUES.join(', ')}.`,
    );
  });
});
