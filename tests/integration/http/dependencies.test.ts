import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ServiceModel } from '../../../server/models/ServiceModel.ts';
import { JobStatusModel } from '../../../server/models/system/JobStatusModel.ts';
import { RunModel } from '../../../server/models/system/RunModel.ts';
import { serviceSyncJob } from '../../../server/Services/BackgroundJobs/jobs/serviceSync/serviceSync.job.ts';
import { userDataJob } from '../../../server/Services/BackgroundJobs/jobs/userData/userData.job.ts';
import { type Harness, PASSWORD, startHarness } from './harness.ts';
import { makeJob, makeRun } from './records.ts';

const BASE = '/app/job-status';
const READING = [
  '/status/user/00001',
  '/status/job/user-data-m-x-1',
  '/recent',
  '/failed',
  '/runs',
  '/runs/m-x',
  '/recommendation',
  '/why/user-data-m-x-1',
  '/queue/stats',
];
const ACTING = ['/runs', '/runs/m-open/cancel', '/failed/retry'];
const SYNC = '/api/v1/sync';
const SERVICE = 'a-service';

let api: Harness;

beforeAll(async () => {
  api = await startHarness({}, [userDataJob, serviceSyncJob]);
  await makeRun({ _id: 'm-open', enumerated: 1 });
  await makeJob('m-open', String(api.userIds['00001']), { status: 'queued' });
  await makeJob('m-open', String(api.userIds['00002']));
  const now = new Date();
  await ServiceModel.create({
    ...{ _id: SERVICE, name: 'A service', category: 'shared_hosting', adapter: 'uptime' },
    ...{ url: 'https://example.com/', host: 'example.com', settings: {}, active: true },
    ...{ createdAt: now, updatedAt: now },
  });
});

afterEach(async () => {
  await Promise.all([api.redis.restore(), api.mongo.restore()]);
  await expect
    .poll(async () => (await api.get('/health/ready')).body.status, { timeout: 10_000 })
    .toBe('ok');
});
afterAll(() => api.stop());

async function timed<Answer>(answer: PromiseLike<Answer>): Promise<[Answer, number]> {
  const started = performance.now();
  return [await answer, performance.now() - started];
}

/** Takes a service away in one of the two ways it can go. */
const AWAY = {
  'refuses connections': (service: 'redis' | 'mongo') => api[service].cut(),
  'gives no answer': async (service: 'redis' | 'mongo') => api[service].freeze(),
};

describe.each(Object.entries(AWAY))('Redis %s', (_how, takeAway) => {
  it.each([
    ...ACTING.map((path) => ['post', path] as const),
    ['post', '/job/RETRYABLE/retry'] as const,
    ['get', '/queue/stats'] as const,
    ['post', `${SYNC}/all`] as const,
    ['post', `${SYNC}/service/${SERVICE}`] as const,
  ])('%s %s is 503 within a second, with the message people know', async (method, path) => {
    const jobId = `user-data-m-open-${api.userIds['00002']}`;
    const url = path.startsWith(SYNC) ? path : BASE + path.replace('RETRYABLE', jobId);
    await takeAway('redis');
    const [answer, ms] = await timed(
      method === 'post' ? api.post(url, 'admin') : api.get(url, 'admin'),
    );
    expect(answer.status).toBe(503);
    expect(answer.body.error).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      message: 'Redis is required for job scheduling. Please ensure Redis is running.',
    });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(ms).toBeLessThan(1_000);
  });

  it('leaves what only reads MongoDB as it was, and the process ready but degraded', async () => {
    await takeAway('redis');
    const [jobs, ms] = await timed(api.get(`${BASE}/recent?status=queued`, 'viewer'));
    expect(jobs.status).toBe(200);
    expect(jobs.body.items).toMatchObject([{ runId: 'm-open', liveState: 'unavailable' }]);
    expect(ms).toBeLessThan(1_000);
    await api.get(`${BASE}/runs`, 'viewer').expect(200);
    await api.get(`${BASE}/recommendation`, 'viewer').expect(200);

    const ready = await api.get('/health/ready').expect(200);
    expect(ready.body).toEqual({
      status: 'degraded',
      mode: 'queue',
      checks: { mongodb: 'up', redis: 'down', process: 'running' },
    });
  });

  it('lets the service sync say how it stands, but for what Redis alone knows', async () => {
    await takeAway('redis');
    const [{ status, body }, ms] = await timed(api.get(`${SYNC}/status`, 'viewer'));
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toEqual({
      ...{ redisAvailable: false, waiting: null, active: null, delayed: null, total: null },
      ...{ completed: 0, failed: 0, lastRun: null, recent: { completed: [], failed: [] } },
    });
    expect(ms).toBeLessThan(1_000);
  });

  it('leaves no trace of a sync that was refused', async () => {
    await takeAway('redis');
    await api.post(`${SYNC}/all`, 'admin').expect(503);
    await api.post(`${SYNC}/service/${SERVICE}`, 'admin').expect(503);
    expect(await JobStatusModel.countDocuments({ kind: 'service-sync' })).toBe(0);
    expect(await RunModel.countDocuments({ kind: 'service-sync' })).toBe(0);
    await api.redis.restore();
    await vi.waitFor(
      async () => {
        const { status, body } = await api.get(`${SYNC}/status`, 'viewer');
        expect(status).toBe(200);
        expect(body).toMatchObject({ redisAvailable: true, waiting: 0 });
      },
      { timeout: 10_000 },
    );
  });
});

describe.each(Object.entries(AWAY))('MongoDB %s', (_how, takeAway) => {
  it('makes every request that needs it 503 within a second', async () => {
    await takeAway('mongo');
    const requests = [
      ...READING.map((path) => () => api.get(BASE + path, 'admin')),
      ...ACTING.map((path) => () => api.post(BASE + path, 'admin')),
      () => api.post('/app/auth/login').send({ email: 'admin@example.com', password: PASSWORD }),
    ];
    for (const send of requests) {
      const [answer, ms] = await timed(send());
      expect(answer.status, answer.request.url).toBe(503);
      expect(answer.body.error).toMatchObject({ code: 'MONGODB_UNAVAILABLE' });
      expect(ms, answer.request.url).toBeLessThan(1_000);
    }
  });

  it('leaves the process alive but not ready', async () => {
    await takeAway('mongo');
    await api.get('/health/live').expect(200, { status: 'ok' });
    const [ready, ms] = await timed(api.get('/health/ready'));
    expect(ready.status).toBe(503);
    expect(ready.body).toMatchObject({ status: 'down', checks: { mongodb: 'down', redis: 'up' } });
    expect(ms).toBeLessThan(1_000);
  });
});

it('is not ready while it stops, although it still answers', async () => {
  api.stopping.now = true;
  const ready = await api.get('/health/ready').expect(503);
  expect(ready.body).toMatchObject({ status: 'down', checks: { process: 'stopping' } });
  api.stopping.now = false;
});
