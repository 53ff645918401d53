import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpTasks, startMemoryPool } from '../../../server/composition/httpTasks.ts';
import type { Env } from '../../../server/config/env.ts';
import { HttpExecutionModel } from '../../../server/models/HttpExecutionModel.ts';
import { startHttpTarget } from './httpTarget.ts';
import { useHttpTasks } from './httpTasksInstallation.ts';
import { SILENT } from './installation.ts';

const TASKS = '/api/v1/http-tasks';

const { port, url: base, callsOf, stop } = await startHttpTarget();
afterAll(stop);
const { env, ask, accept, ended } = await useHttpTasks([port]);

describe('a task that goes the old way, in memory', () => {
  const enqueue = () => Promise.reject(new Error('It was put into the queue.'));
  /** HTTP tasks in this mode, of which none may reach the queue. */
  const tasksIn = (HTTP_TASKS_MODE: Env['HTTP_TASKS_MODE']) =>
    openHttpTasks({ ...env, HTTP_TASKS_MODE }, { enqueue }).httpJobs;
  const take = async (input: { api_url: string; scheduled_at?: string }, idempotencyKey?: string) =>
    (await tasksIn('in-memory').accept(input, { accountId: 'ann', idempotencyKey })).id;
  let pool: { stop(): Promise<void> };
  beforeAll(() => {
    pool = startMemoryPool({ ...env, HTTP_TASKS_MODE: 'in-memory' }, SILENT);
  });
  afterAll(() => pool.stop());

  it('is called once, without a retry, and shown as any other', async () => {
    const good = await take({ api_url: `${base}/memory` });
    expect(await ended(good, 'completed')).toMatchObject({
      ...{ way: 'in-memory', trigger: 'task', finished_at: expect.any(String) },
      attempts: [{ outcome: 'completed', status: 200 }],
    });
    const bad = await take({ api_url: `${base}/status/502` });
    const { error, attempts } = await ended(bad, 'failed');
    expect([error.code, attempts.length]).toEqual(['HTTP_502', 1]);
    const retry = await ask('POST', `${TASKS}/${bad}/retry`);
    expect(retry.body.error.code).toBe('NOT_RETRYABLE');
  });

  it('stays on its way whatever the setting is when its request comes again', async () => {
    const input = { api_url: `${base}/one-way` };
    const key = randomUUID();
    const id = await take(input, key);
    const queued = tasksIn('queue');
    const requester = { accountId: 'ann', idempotencyKey: key };
    expect((await queued.accept(input, requester)).id).toBe(id);
    await ended(id, 'completed');
    expect((await queued.accept(input, requester)).id).toBe(id);
    const viaQueue = await accept(
      { api_url: `${base}/one-way/queued` },
      { 'idempotency-key': key },
    );
    expect(await ended(viaQueue, 'completed')).toMatchObject({ way: 'queue' });
    expect([callsOf('/one-way').length, callsOf('/one-way/queued').length]).toEqual([1, 1]);
  });

  it('waits for its time, and can be cancelled until then', async () => {
    const scheduled_at = new Date(Date.now() + 3_600_000).toISOString();
    const id = await take({ api_url: `${base}/memory/never`, scheduled_at });
    const { body } = await ask('GET', `${TASKS}/${id}`);
    expect(body).toMatchObject({ status: 'scheduled', next_attempt_at: scheduled_at });
    expect((await ask('POST', `${TASKS}/${id}/cancel`)).status).toBe(202);
    expect((await ask('GET', `${TASKS}/${id}`)).body).toMatchObject({ status: 'cancelled' });
    expect((await ask('POST', `${TASKS}/${id}/cancel`)).body.error.code).toBe('JOB_FINISHED');
    expect(callsOf('/memory/never')).toEqual([]);
  });

  it('has failed, and is not called again, when its process died', async () => {
    const scheduled_at = new Date(Date.now() + 3_600_000).toISOString();
    const id = await take({ api_url: `${base}/memory/died`, scheduled_at });
    const startedAt = new Date(Date.now() - 31_000);
    const current = { startedAt, worker: 'gone' };
    await HttpExecutionModel.updateOne({ _id: id }, { $set: { current, scheduledAt: startedAt } });
    expect((await ended(id, 'failed')).error.code).toBe('PROCESS_DIED');
    expect(callsOf('/memory/died')).toEqual([]);
  });

  it('is compared with those of the queue, in all and by name', async () => {
    const from = new Date(Date.now() - 60_000).toISOString();
    const name = `compared-${randomUUID().slice(0, 8)}`;
    const paths = ['/compared', '/compared', '/compared', '/status/404'];
    for (const [number, path] of paths.entries()) {
      const input = { name, api_url: `${base}${path}` };
      await ended(await take(input), number === 3 ? 'failed' : 'completed');
      await ended(await accept(input), number === 3 ? 'failed' : 'completed');
    }
    const { body } = await ask('GET', `${TASKS}/report?from=${from}`);
    const jobs = body.jobs as { name: string }[];
    const figures = {
      ...{ tasks: 4, completed: 3, failed: 1, cancelled: 0, open: 0, errors: { HTTP_404: 1 } },
      latency: {
        p50: expect.any(Number),
        p95: expect.any(Number),
        p99: expect.any(Number),
        max: expect.any(Number),
      },
    };
    expect(jobs.find((job) => job.name === name)).toEqual({
      ...{ name, queue: figures, 'in-memory': figures },
    });
  });

  it('is refused, as all are, where tasks are switched off', async () => {
    const input = { api_url: `${base}/off` };
    await expect(tasksIn('off').accept(input, { accountId: 'ann' })).rejects.toMatchObject({
      code: 'HTTP_TASKS_OFF',
    });
  });
});
