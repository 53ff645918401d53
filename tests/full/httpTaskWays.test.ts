import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitUntil } from '../../scripts/waiting.mjs';
import { openHttpTasks } from '../../server/composition/httpTasks.ts';
import { HttpExecutionModel } from '../../server/models/HttpExecutionModel.ts';
import { enqueue } from '../../server/Services/BackgroundJobs/enqueue.ts';
import { reportOnWays } from '../../server/Services/HttpTasks/waysReport.ts';
import { useApiAndWorker } from '../integration/core/apiAndWorker.ts';
import { startLocalServer } from '../integration/localServer.ts';

const TASKS = 500;
const HOSTS = 5;

/** By idempotency key, how often it was called. */
const calls = new Map<string, number>();
const targets = await Promise.all(
  Array.from({ length: HOSTS }, () =>
    startLocalServer((request, response) => {
      const key = String(request.headers['idempotency-key']);
      calls.set(key, (calls.get(key) ?? 0) + 1);
      const number = Number(request.url?.slice(1));
      if (number % 10 === 0) response.writeHead(404).end('missing');
      else setTimeout(() => response.end('fine'), number % 7 === 0 ? 500 : 5);
    }),
  ),
);
afterAll(() => Promise.all(targets.map((target) => target.stop())));

const env = await useApiAndWorker({
  EGRESS_ALLOW: targets.map(({ port }) => `127.0.0.1:${port}`).join(','),
  // The process calls what goes in memory; the first hundredth of ids would go there anyway.
  HTTP_TASKS_QUEUE_PERCENT: '99',
});

beforeAll(async () => {
  // The first one is taken once the process may use Redis.
  const { httpJobs } = openHttpTasks({ ...env, HTTP_TASKS_QUEUE_PERCENT: 100 }, { enqueue });
  await waitUntil(
    () => httpJobs.accept({ api_url: `${targets[0]?.url}/1` }, { accountId: 'ann' }),
    {
      timeoutMs: 30_000,
      what: 'Redis to be ready',
    },
  );
  await waitUntil(async () => calls.size === 1, { timeoutMs: 30_000, what: 'the first call' });
  calls.clear();
});

it('takes the same 500 tasks through the queue and in memory, each once, and compares them', async () => {
  const from = new Date();
  const settings = {
    queue: { ...env, HTTP_TASKS_QUEUE_PERCENT: 100 },
    'in-memory': { ...env, HTTP_TASKS_MODE: 'in-memory' as const },
  };
  for (const way of Object.values(settings)) {
    const { httpJobs } = openHttpTasks(way, { enqueue });
    const taken = await Promise.all(
      Array.from({ length: TASKS }, (_, number) =>
        httpJobs.accept(
          {
            name: `host-${number % HOSTS}`,
            api_url: `${targets[number % HOSTS]?.url}/${number}`,
          },
          { accountId: 'ann' },
        ),
      ),
    );
    const ids = taken.map(({ id }) => id);
    await waitUntil(
      async () =>
        (await HttpExecutionModel.countDocuments({ _id: { $in: ids }, outcome: null })) === 0,
      { timeoutMs: 120_000, what: 'the end of the tasks' },
    );
  }

  expect(calls.size).toBe(2 * TASKS);
  expect([...calls.values()].every((times) => times === 1)).toBe(true);
  const report = await reportOnWays(from, new Date());
  const latency = expect.objectContaining({ p50: expect.any(Number), max: expect.any(Number) });
  const all = { completed: 450, failed: 50, cancelled: 0, open: 0, errors: { HTTP_404: 50 } };
  for (const way of ['queue', 'in-memory'] as const) {
    expect(report.ways[way]).toEqual({ tasks: TASKS, ...all, latency });
  }
  expect(report.truncated).toBe(false);
  expect(report.jobs.map((job) => job.name).toSorted()).toEqual(
    targets.map((_, host) => `host-${host}`),
  );
  for (const job of report.jobs) {
    const { latency: _, ...queue } = job.queue;
    const { latency: __, ...inMemory } = job['in-memory'];
    expect(queue).toEqual(inMemory);
    expect(queue.tasks).toBe(TASKS / HOSTS);
  }
  console.table({
    queue: report.ways.queue.latency,
    'in memory': report.ways['in-memory'].latency,
  });
});
