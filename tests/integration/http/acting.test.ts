import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { type Harness, startHarness, USERS } from './harness.ts';
import { makeJob, makeRun } from './records.ts';

const BASE = '/app/job-status';

let api: Harness;

function idOf(user: string): string {
  const id = api.userIds[user];
  if (id === undefined) throw new Error(`There is no user ${user}.`);
  return id;
}

async function startRun(body: object): Promise<string> {
  const answer = await api.post(`${BASE}/runs`, 'admin').send(body).expect(202);
  expect(answer.body).toEqual({ runId: expect.stringMatching(/^m-/) });
  return answer.body.runId;
}

/** The run as it stands once every user in it has been recorded. */
async function enumerated(runId: string): Promise<Record<string, unknown>> {
  await expect
    .poll(async () => (await RunModel.findById(runId).lean())?.enumerationEnded, { timeout: 5_000 })
    .toBe(true);
  return (await api.get(`${BASE}/runs/${runId}`, 'admin').expect(200)).body;
}

beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

describe('POST /runs', () => {
  it('begins a run of all active users when nothing else is asked', async () => {
    const runId = await startRun({});
    expect(await enumerated(runId)).toMatchObject({
      trigger: 'manual',
      enumerated: USERS.length,
      queued: USERS.length,
      balanced: true,
    });
    await api.post(`${BASE}/runs/${runId}/cancel`, 'admin').expect(202);
  });

  it('needs no body', async () => {
    const answer = await api.post(`${BASE}/runs`, 'admin').expect(202);
    await enumerated(answer.body.runId);
    await api.post(`${BASE}/runs/${answer.body.runId}/cancel`, 'admin').expect(202);
  });

  it('takes users by either name, each once, a day and a backfill', async () => {
    const userIds = ['00001', idOf('00002'), idOf('00001')];
    const runId = await startRun({ asOf: '1997-09-30', userIds, backfill: true });
    expect(await enumerated(runId)).toMatchObject({
      trigger: 'backfill',
      asOf: '1997-09-30',
      enumerated: 2,
    });
  });

  it('lists unknown users and begins nothing', async () => {
    const runsBefore = await RunModel.countDocuments();
    const unknown = ['99998', '0123456789abcdef01234567'];
    const answer = await api
      .post(`${BASE}/runs`, 'admin')
      .send({ userIds: ['00001', ...unknown] })
      .expect(400);
    expect(answer.body.error).toMatchObject({
      code: 'UNKNOWN_USERS',
      details: { userIds: unknown },
    });
    expect(await RunModel.countDocuments()).toBe(runsBefore);
  });

  it('takes 10,000 users in one request', async () => {
    const userIds = Array.from({ length: 10_000 }, (_, n) =>
      (0x65_61_f0_c2 + n).toString(16).padStart(24, '0'),
    );
    const answer = await api.post(`${BASE}/runs`, 'admin').send({ userIds }).expect(400);
    expect(answer.body.error.code).toBe('UNKNOWN_USERS');
    expect(answer.body.error.details.userIds).toHaveLength(10_000);
  });

  it('answers the same Idempotency-Key with the same run, also when both come at once', async () => {
    const ask = (body: object) =>
      api.post(`${BASE}/runs`, 'admin').set('Idempotency-Key', 'key-1').send(body);
    const body = { userIds: ['00003'], asOf: '2020-01-01' };
    const answers = await Promise.all([ask(body), ask(body), ask(body)]);
    const runIds = answers.map(({ status, body: { runId } }) => {
      expect(status).toBe(202);
      return runId;
    });
    expect(new Set(runIds).size).toBe(1);
    expect((await ask(body)).body.runId).toBe(runIds[0]);

    const other = await ask({ userIds: ['00004'] }).expect(409);
    expect(other.body.error.code).toBe('IDEMPOTENCY_KEY_REUSED');
    await enumerated(runIds[0]);
  });

  it('hands the request id on to the run', async () => {
    const answer = await api
      .post(`${BASE}/runs`, 'admin')
      .set('x-request-id', 'began-this-run')
      .send({ userIds: ['00004'], asOf: '2020-01-02' })
      .expect(202);
    expect((await RunModel.findById(answer.body.runId).lean())?.requestId).toBe('began-this-run');
    await enumerated(answer.body.runId);
  });
});

describe('POST /runs/:runId/cancel', () => {
  it('cancels what waits, and is 409 once nothing is left', async () => {
    const runId = await startRun({ asOf: '2020-02-01' });
    await enumerated(runId);
    await api.post(`${BASE}/runs/${runId}/cancel`, 'admin').expect(202, { runId });
    await expect
      .poll(async () => (await api.get(`${BASE}/runs/${runId}`, 'admin')).body, { timeout: 5_000 })
      .toMatchObject({ status: 'cancelled', queued: 0, cancelled: USERS.length, balanced: true });
    const again = await api.post(`${BASE}/runs/${runId}/cancel`, 'admin').expect(409);
    expect(again.body.error.code).toBe('RUN_FINISHED');
  });
});

describe('POST /job/:jobId/retry', () => {
  it('puts a failed job into the queue as the next generation', async () => {
    await makeRun({ _id: 'm-retry', enumerated: 1 });
    const jobId = await makeJob('m-retry', idOf('00001'));
    const answer = await api.post(`${BASE}/job/${jobId}/retry`, 'admin').expect(202);
    expect(answer.body).toEqual({ jobId, generation: 2 });
    const job = await api.get(`${BASE}/status/job/${jobId}`, 'admin').expect(200);
    expect(job.body).toMatchObject({ status: 'queued', generation: 2, liveState: 'waiting' });

    const notFailed = await api.post(`${BASE}/job/${jobId}/retry`, 'admin').expect(409);
    expect(notFailed.body.error.code).toBe('JOB_NOT_FAILED');
  });

  it('is 409 and names the user’s live job', async () => {
    await makeRun({ _id: 'm-first', enumerated: 1 });
    await makeRun({ _id: 'm-second', enumerated: 1 });
    const live = await makeJob('m-first', idOf('00002'));
    const failed = await makeJob('m-second', idOf('00002'));
    await api.post(`${BASE}/job/${live}/retry`, 'admin').expect(202);
    const answer = await api.post(`${BASE}/job/${failed}/retry`, 'admin').expect(409);
    expect(answer.body.error).toMatchObject({ code: 'JOB_PENDING', details: { jobId: live } });
    expect(answer.body.error.message).toContain(live);
  });
});

describe('POST /failed/retry', () => {
  it('retries what the filter meets, at most `limit`, and counts what it skipped', async () => {
    await makeRun({ _id: 'm-many', enumerated: 3 });
    for (const user of ['00003', '00004', '00005']) {
      await makeJob('m-many', idOf(user), { deduplicationId: `many-${user}` });
    }
    await makeRun({ _id: 'm-other', enumerated: 1 });
    await makeJob('m-other', idOf('00003'), {
      deduplicationId: 'many-00003',
      error: { code: 'DEADLINE_EXCEEDED', message: 'Too slow.' },
    });
    const retry = (body: object) => api.post(`${BASE}/failed/retry`, 'admin').send(body);

    await retry({ runId: 'm-many', code: 'USER_NOT_FOUND' }).expect(202, {
      retried: 0,
      skipped: 0,
    });
    const first = await retry({ runId: 'm-many', limit: 1 }).expect(202);
    expect(first.body).toEqual({ retried: 1, skipped: 0, nextCursor: expect.any(String) });
    const { nextCursor: cursor } = first.body;
    await retry({ runId: 'm-many', cursor }).expect(202, { retried: 2, skipped: 0 });
    await retry({ code: 'DEADLINE_EXCEEDED' }).expect(202, { retried: 0, skipped: 1 });
  });
});
