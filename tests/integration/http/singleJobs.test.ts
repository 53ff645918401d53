import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from './harness.ts';

let api: Harness;
const payload = { userId: '', asOf: '2026-11-22', backfill: false };

beforeAll(async () => {
  api = await startHarness();
  payload.userId = api.userIds['00001'] ?? '';
});
afterAll(() => api.stop());

const put = (body: object, headers: Record<string, string> = {}) =>
  api.post('/app/jobs/user-data', 'admin').set(headers).send(body);

describe('POST /app/jobs/:kind', () => {
  it('records a job and says so; it can be read and cancelled', async () => {
    const { body } = await put({ payload, priority: 5 }).expect(202);
    expect(body).toEqual({ jobId: expect.any(String), became: 'accepted' });
    const job = await api.get(`/app/job-status/status/job/${body.jobId}`, 'viewer').expect(200);
    expect(job.body).toMatchObject({
      ...{ kind: 'user-data', runId: null, userId: payload.userId },
      ...{ status: 'queued', priority: 5 },
      liveState: 'waiting',
    });
    const cancel = `/app/job-status/job/${body.jobId}/cancel`;
    await api.post(cancel, 'viewer').expect(403);
    const cancelled = await api.post(cancel, 'admin').expect(202);
    expect(cancelled.body).toEqual({ jobId: body.jobId, status: 'cancelled' });
    expect((await api.post(cancel, 'admin').expect(409)).body.error.code).toBe('JOB_FINISHED');
  });

  it('takes a time, and keeps the job in MongoDB until then', async () => {
    const runAt = new Date(Date.now() + 86_400_000).toISOString();
    const { body } = await put({ payload, runAt }).expect(202);
    const job = await api.get(`/app/job-status/status/job/${body.jobId}`, 'viewer').expect(200);
    expect(job.body).toMatchObject({ status: 'scheduled', runAt, liveState: 'unknown' });
    const why = await api.get(`/app/job-status/why/${body.jobId}`, 'viewer').expect(200);
    expect(why.body.why).toContain(`due at ${runAt}`);
  });

  it('honours Idempotency-Key, and answers 409 for another payload under it', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await put({ payload }, headers).expect(202);
    const again = await put({ payload }, headers).expect(202);
    expect(again.body).toEqual({ jobId: first.body.jobId, became: 'known', status: 'queued' });
    const other = { payload: { ...payload, asOf: '2026-11-21' } };
    const refused = await put(other, headers).expect(409);
    expect(refused.body.error).toMatchObject({
      ...{ code: 'IDEMPOTENCY_KEY_REUSED', details: { jobId: first.body.jobId } },
    });
  });

  it('says of a duplicate which job does the work', async () => {
    const unique = randomUUID();
    const first = await put({ payload, unique }).expect(202);
    const { body } = await put({ payload, unique }).expect(202);
    expect(body).toMatchObject({ became: 'duplicate', of: first.body.jobId });
  });

  it.each([
    ['a payload that does not fit', { payload: { ...payload, userId: 'x' } }, 400],
    ['no payload', {}, 400],
    ['an unknown option', { payload, colour: 'red' }, 400],
    ['a time that is none', { payload, runAt: 'tomorrow' }, 400],
    ['a priority out of bounds', { payload, priority: 0 }, 400],
  ])('refuses %s', async (_, body, status) => {
    expect((await put(body).expect(status)).body.error.code).toBe('VALIDATION_FAILED');
  });

  it('answers 404 with the nearest name for a kind that is not there, 403 for a viewer', async () => {
    const { body } = await api.post('/app/jobs/user-date', 'admin').send({ payload }).expect(404);
    expect(body.error.message).toContain('Did you mean user-data?');
    await api.post('/app/jobs/user-data', 'viewer').send({ payload }).expect(403);
  });

  it('lists the kinds', async () => {
    const { body } = await api.get('/app/kinds', 'viewer').expect(200);
    expect(body.items).toMatchObject([
      { kind: 'user-data', queue: 'user-data', requestable: true },
    ]);
  });
});

describe('/app/queues', () => {
  it('shows a pause, its note and limits; only an administrator sets them', async () => {
    await api.post('/app/queues/user-data/pause', 'viewer').send({}).expect(403);
    const paused = await api
      .post('/app/queues/user-data/pause', 'admin')
      .send({ note: 'a deploy' })
      .expect(200);
    expect(paused.body.paused).toMatchObject({ note: 'a deploy', at: expect.any(String) });
    await api
      .post('/app/queues/user-data/limits', 'admin')
      .send({ rate: { max: 10, durationMs: 1_000 } })
      .expect(200);
    const { body } = await api.get('/app/queues', 'viewer').expect(200);
    expect(body.items).toMatchObject([
      { queue: 'user-data', paused: { note: 'a deploy' }, limits: { rate: { max: 10 } } },
    ]);
    const resumed = await api.post('/app/queues/user-data/resume', 'admin').send({}).expect(200);
    expect(resumed.body.paused).toBeNull();
    const waiting = await api.get('/app/queues/user-data/waiting', 'viewer').expect(200);
    expect(waiting.body).toMatchObject({ queue: 'user-data', before: expect.any(String) });
    const { before, jobs } = waiting.body;
    await api.post('/app/queues/user-data/clean', 'viewer').send({ before }).expect(403);
    const cleaned = await api.post('/app/queues/user-data/clean', 'admin').send({ before });
    expect(cleaned).toMatchObject({ status: 202, body: { queue: 'user-data', jobs } });
    await api.post('/app/queues/user-data/clean', 'admin').send({}).expect(400);
    await api.get('/app/queues/nothing/waiting', 'viewer').expect(404);
    await api.post('/app/workers/host:1:x/quiet', 'viewer').expect(403);
    await api.post('/app/workers/host:1:x/quiet', 'admin').expect(404);
    await api.post('/app/queues/nothing/pause', 'admin').send({}).expect(404);
    await api.post('/app/queues/user-data/limits', 'admin').send({ rate: 7 }).expect(400);
  });
});
