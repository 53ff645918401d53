import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { createJobQueries } from '../../../server/Services/BackgroundJobs/admin/jobQueries.ts';
import { flushTallies, tally } from '../../../server/Services/BackgroundJobs/numbers/tally.ts';
import { type Harness, startHarness, USERS } from './harness.ts';
import { makeJob, makeRun } from './records.ts';

const BASE = '/app/job-status';
const FINAL = { status: 'completed', error: null, attempts: 1, starts: 1 } as const;

let api: Harness;
/** Job ids by user, in the run `done`; all were queued at one and the same instant. */
const done: string[] = [];

function idOf(user: string): string {
  const id = api.userIds[user];
  if (id === undefined) throw new Error(`There is no user ${user}.`);
  return id;
}

beforeAll(async () => {
  api = await startHarness();
  const of = { queue: 'user-data', kind: 'user-data' };
  tally(of, { completed: 5, workedMs: 150 });
  tally(of, { failed: 3, retried: 1 });
  tally({ ...of, queue: 'in-process' }, { completed: 2, workedMs: 90_000 });
  await flushTallies();
  await makeRun({ _id: 'm-done', enumerated: USERS.length });
  for (const user of USERS) {
    done.push(
      await makeJob('m-done', idOf(user), {
        ...FINAL,
        durationMs: 30,
        result: { segment: 'loyal' },
      }),
    );
  }
  // Older than every run there is.
  await makeJob('m-expired', idOf('00005'), {
    ...FINAL,
    queuedAt: new Date('2026-11-20T00:00:00Z'),
  });
  const later = new Date('2026-11-22T12:00:00Z');
  await makeRun({ _id: 'm-later', enumerated: 3, startedAt: later });
  await makeJob('m-later', idOf('00001'), { queuedAt: later });
  await makeJob('m-later', idOf('00002'), {
    queuedAt: later,
    error: { code: 'DEADLINE_EXCEEDED', message: 'Too slow.' },
  });
  await makeJob('m-later', idOf('00003'), {
    queuedAt: later,
    status: 'queued',
    error: null,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    worker: null,
    attempts: 0,
    starts: 0,
  });
});
afterAll(() => api.stop());

describe('GET /status/user/:userId', () => {
  it('shows the text of an error to the staff, and to the user its code and a sentence', async () => {
    const path = `${BASE}/status/user/00001`;
    const { body: forStaff } = await api.get(path, 'viewer').expect(200);
    expect(forStaff.items[0].error).toEqual({ code: 'JOB_FAILED', message: 'It went wrong.' });
    const { body: forUser, text } = await api.get(path, 'user').expect(200);
    expect(forUser.items[0].error).toEqual({
      code: 'JOB_FAILED',
      message: 'The work failed; the staff can see why.',
    });
    expect(text).not.toContain('It went wrong.');
    expect({ ...forUser.items[0], error: null }).toEqual({ ...forStaff.items[0], error: null });
  });
});

describe('GET /status/job/:jobId/history', () => {
  it('answers each failed attempt, also those before a retry', async () => {
    const attempts = ['DEADLINE_EXCEEDED: Too slow.', 'JOB_FAILED: It went wrong.'];
    const finishedAt = new Date('2026-11-22T10:00:15Z');
    await makeRun({ _id: 'm-history' });
    const jobId = await makeJob('m-history', idOf('00005'), {
      generation: 2,
      history: attempts,
      failedGenerations: [{ generation: 1, finishedAt, history: ['JOB_FAILED: Once.'] }],
    });
    const answer = await api.get(`${BASE}/status/job/${jobId}/history`, 'viewer').expect(200);
    await JobStatusModel.deleteOne({ _id: jobId });
    await RunModel.deleteOne({ _id: 'm-history' });
    expect(answer.body).toEqual({
      jobId,
      status: 'failed',
      generation: 2,
      attempts,
      earlier: [
        { generation: 1, finishedAt: '2026-11-22T10:00:15.000Z', attempts: ['JOB_FAILED: Once.'] },
      ],
    });
    await api.get(`${BASE}/status/job/${jobId}/history`, 'viewer').expect(404);
  });
});

describe('GET /status/job/:jobId', () => {
  it('answers a finished job, field by field', async () => {
    const answer = await api.get(`${BASE}/status/job/${done[0]}`, 'viewer').expect(200);
    expect(answer.body).toEqual({
      jobId: done[0],
      kind: 'user-data',
      runId: 'm-done',
      queue: 'user-data',
      userId: idOf('00001'),
      status: 'completed',
      attempts: 1,
      starts: 1,
      generation: 1,
      ...{ key: null, unique: null, runAt: null, priority: null },
      duplicateOf: null,
      error: null,
      result: { segment: 'loyal' },
      ...{ effects: null, progress: null },
      queuedAt: '2026-11-22T11:00:00.000Z',
      startedAt: '2026-11-22T11:00:01.000Z',
      finishedAt: '2026-11-22T11:00:15.000Z',
      durationMs: 30,
      worker: 'host:1:1',
      liveState: null,
    });
  });

  it('says of an open job where the queue holds it', async () => {
    const jobId = `user-data-m-later-${idOf('00003')}`;
    const before = await api.get(`${BASE}/status/job/${jobId}`, 'viewer');
    expect(before.body).toMatchObject({ status: 'queued', liveState: 'unknown' });

    const run = await api
      .post(`${BASE}/runs`, 'admin')
      .send({ userIds: ['00004'], asOf: '2026-01-01' })
      .expect(202);
    const queued = `user-data-${run.body.runId}-${idOf('00004')}`;
    await expect
      .poll(async () => (await api.get(`${BASE}/status/job/${queued}`, 'viewer')).body)
      .toMatchObject({ status: 'queued', liveState: 'waiting', finishedAt: null });
    await api.post(`${BASE}/runs/${run.body.runId}/cancel`, 'admin').expect(202);
  });
});

describe('lists', () => {
  /** Reads a list to its end, `limit` items at a time. */
  async function readAll(path: string, limit: number): Promise<{ jobId: string }[]> {
    const items: { jobId: string }[] = [];
    let cursor: string | null = null;
    do {
      const at: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await api.get(`${BASE}${path}limit=${limit}${at}`, 'viewer').expect(200);
      expect(page.body.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.body.items);
      cursor = page.body.nextCursor;
    } while (cursor !== null);
    return items;
  }

  it.each([1, 2, 5, 500])('are read to the end in pages of %d, each job once', async (limit) => {
    const items = await readAll('/recent?status=completed&', limit);
    expect(items.map(({ jobId }) => jobId)).toEqual([
      ...[...done].sort().reverse(),
      `user-data-m-expired-${idOf('00005')}`,
    ]);
  });

  it.each([1, 3, 4, 7])(
    'in pages of %d hold the jobs of all runs, and older ones',
    async (limit) => {
      const items = await readAll('/recent?', limit);
      const jobIds = items.map(({ jobId }) => jobId);
      const all = (await api.get(`${BASE}/recent`, 'viewer')).body.items as { jobId: string }[];
      expect(jobIds).toEqual(all.map(({ jobId }) => jobId));
      expect(new Set(jobIds).size).toBe(jobIds.length);
      expect(jobIds).toEqual(
        expect.arrayContaining([...done, `user-data-m-expired-${idOf('00005')}`]),
      );
    },
  );

  it('show the newest first', async () => {
    const answer = await api.get(`${BASE}/recent`, 'viewer').expect(200);
    const times = answer.body.items.map(({ queuedAt }: { queuedAt: string }) => queuedAt);
    expect(times).toEqual([...times].sort().reverse());
    expect(answer.body.nextCursor).toBeNull();
  });

  it('of one user hold only that user, by either name', async () => {
    const byName = await readAll('/status/user/00001?', 1);
    const byId = await readAll(`/status/user/${idOf('00001')}?`, 50);
    expect(byName).toEqual(byId);
    expect(byId.map(({ jobId }) => jobId)).toEqual([
      `user-data-m-later-${idOf('00001')}`,
      `user-data-m-done-${idOf('00001')}`,
    ]);
  });

  it('of failed jobs can be narrowed to a run and to a code', async () => {
    expect(await readAll('/failed?', 1)).toHaveLength(2);
    expect(await readAll('/failed?runId=m-later&', 1)).toHaveLength(2);
    expect(await readAll('/failed?runId=m-done&', 1)).toHaveLength(0);
    const slow = await readAll('/failed?runId=m-later&code=DEADLINE_EXCEEDED&', 1);
    expect(slow).toMatchObject([{ error: { code: 'DEADLINE_EXCEEDED', message: 'Too slow.' } }]);
    expect(await readAll('/failed?code=DEADLINE_EXCEEDED&', 1)).toEqual(slow);
  });

  it.each(['bm90IGEgY3Vyc29y', '!!', 'MTIz'])('refuse the cursor %s', async (cursor) => {
    const answer = await api.get(`${BASE}/recent?cursor=${cursor}`, 'viewer').expect(400);
    expect(answer.body.error.message).toContain('cursor');
  });

  it.each(['1e3', '0x10', '-1', '1.5', ' 7', '9'.repeat(20), 'x'])(
    'of runs refuse the cursor %s, and name the field',
    async (cursor) => {
      const query = `cursor=${encodeURIComponent(cursor)}`;
      const { body } = await api.get(`${BASE}/runs?${query}`, 'viewer').expect(400);
      expect(body.error).toMatchObject({
        code: 'VALIDATION_FAILED',
        details: { problems: [{ in: 'query', field: 'cursor', reason: expect.any(String) }] },
      });
    },
  );
});

describe('runs', () => {
  it('are listed newest first, a page at a time', async () => {
    const first = await api.get(`${BASE}/runs?limit=1`, 'viewer').expect(200);
    const second = await api
      .get(`${BASE}/runs?limit=500&cursor=${first.body.nextCursor}`, 'viewer')
      .expect(200);
    const all = [...first.body.items, ...second.body.items] as { runSeq: number }[];
    const order = all.map(({ runSeq }) => runSeq);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(all).toContainEqual(expect.objectContaining({ runId: 'm-done', completed: 5 }));
  });

  it('are listed of one kind', async () => {
    await makeRun({ _id: 'm-of-services', kind: 'service-sync' });
    const ofServices = await api.get(`${BASE}/runs?kind=service-sync`, 'viewer').expect(200);
    expect(ofServices.body).toMatchObject({
      ...{ items: [{ runId: 'm-of-services' }], nextCursor: null },
    });
    const { body } = await api.get(`${BASE}/runs?limit=500&kind=user-data`, 'viewer').expect(200);
    expect(body.items).toContainEqual(expect.objectContaining({ runId: 'm-done' }));
    expect(body.items).not.toContainEqual(expect.objectContaining({ kind: 'service-sync' }));
  });

  it('are answered one by one, field by field', async () => {
    const answer = await api.get(`${BASE}/runs/m-done`, 'viewer').expect(200);
    expect(answer.body).toEqual({
      runId: 'm-done',
      runSeq: expect.any(Number),
      kind: 'user-data',
      schedule: null,
      slot: null,
      trigger: 'manual',
      mode: 'queue',
      input: { asOf: '2026-11-22', explicitAsOf: true, backfill: false },
      asOf: '2026-11-22',
      status: 'running',
      enumerated: 5,
      duplicates: 0,
      queued: 0,
      active: 0,
      delayed: 0,
      completed: 5,
      failed: 0,
      cancelled: 0,
      balanced: true,
      warnings: [],
      startedAt: '2026-11-22T11:00:00.000Z',
      finishedAt: null,
    });
  });
});

it('GET /queue/stats answers the six numbers and nothing else', async () => {
  const { body } = await api.get(`${BASE}/queue/stats`, 'viewer').expect(200);
  expect(Object.keys(body)).toEqual([
    'waiting',
    'active',
    'completed',
    'failed',
    'delayed',
    'total',
  ]);
  expect(body).toMatchObject({ completed: 7, failed: 2 });
  expect(body.total).toBe(body.waiting + body.active + body.completed + body.failed + body.delayed);
});

it('GET /queue/stats?queue= answers the same of one queue', async () => {
  const { body } = await api.get(`${BASE}/queue/stats?queue=user-data`, 'viewer').expect(200);
  expect(body).toMatchObject({ completed: 5, failed: 2 });
  const { body: refusal } = await api.get(`${BASE}/queue/stats?queue=mail`, 'viewer').expect(404);
  expect(refusal.error).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no queue "mail": there are user-data.',
  });
});

describe('GET /app/numbers', () => {
  it('answers what ended, and how, of one kind in one queue', async () => {
    const { body } = await api.get('/app/numbers?queue=user-data&by=hour', 'viewer').expect(200);
    const items = body.items as Record<string, number>[];
    const sum = (key: string) => items.reduce((total, each) => total + Number(each[key]), 0);
    expect(items[0]).toMatchObject({ queue: 'user-data', kind: 'user-data' });
    expect([sum('completed'), sum('failed'), sum('retried'), sum('workedMs')]).toEqual([
      5, 3, 1, 150,
    ]);
    const { body: earlier } = await api
      .get('/app/numbers?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00%2B01:00', 'viewer')
      .expect(200);
    expect(earlier).toEqual({ items: [] });
  });

  it.each([
    ['from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'is more than 1500 minutes'],
    ['from=yesterday', 'is not an instant'],
  ])('is 400 for %s', async (query, reason) => {
    const { body } = await api.get(`/app/numbers?${query}`, 'viewer').expect(400);
    expect(body.error.details.problems).toEqual([
      { in: 'query', field: 'from', reason: expect.stringContaining(reason) },
    ]);
  });
});

it('GET /recommendation shows the formula beside what was measured', async () => {
  const { body } = await api.get(`${BASE}/recommendation`, 'viewer').expect(200);
  expect(body).toEqual({
    totalUsers: 5,
    byFormula: 2,
    measured: {
      sampledJobs: 5,
      meanDurationMs: 30,
      concurrency: 3,
      usersPerWorkerHour: 360_000,
      workersNeeded: 1,
    },
  });
});

it('GET /why/:jobId tells in a sentence what became of a job', async () => {
  const { body } = await api.get(`${BASE}/why/${done[0]}`, 'viewer').expect(200);
  expect(body).toEqual({ jobId: done[0], why: expect.stringMatching(/completed.*\.$/) });
});

it('asks the queue only about open jobs', async () => {
  const asked: string[] = [];
  const liveStates = async (jobs: readonly { jobId: string }[]) => {
    asked.push(...jobs.map(({ jobId }) => jobId));
    return new Map();
  };
  const queries = createJobQueries({ liveStates }, []);
  await queries.recent({ limit: 500, status: 'completed' });
  expect(asked).toEqual([]);
  await queries.recent({ limit: 500, status: 'queued' });
  expect(asked).toEqual([`user-data-m-later-${idOf('00003')}`]);
});
