import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserModel } from '../../../server/models/UserModel.ts';
import { createAccount } from '../../../server/Services/Auth/accounts.ts';
import { type Harness, OWN_USER, PASSWORD, startHarness } from './harness.ts';

const BASE = '/app/job-status';
const READING = [
  '/status/user/00002',
  '/status/job/user-data-x-y',
  '/status/job/user-data-x-y/history',
  '/status/job/user-data-x-y/log',
  '/recent',
  '/queue/stats',
  '/failed',
  '/runs',
  '/runs/m-x',
  '/runs/m-x/events',
  '/recommendation',
  '/why/user-data-x-y',
];
const ACTING = ['/runs', '/runs/m-x/cancel', '/job/user-data-x-y/retry', '/failed/retry'];

let api: Harness;

beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

describe.each(READING)('GET %s', (path) => {
  it('is 401 without a token, and says how to get one', async () => {
    const answer = await api.get(BASE + path).expect(401);
    expect(answer.body.error).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('POST /app/auth/login'),
    });
  });

  it('is 403 for another user', async () => {
    const answer = await api.get(BASE + path, 'user').expect(403);
    expect(answer.body.error.code).toBe('FORBIDDEN');
  });

  it('is open to a viewer and to an admin', async () => {
    for (const role of ['viewer', 'admin'] as const) {
      expect([200, 404]).toContain((await api.get(BASE + path, role)).status);
    }
  });

  it('refuses a query it does not know', async () => {
    const answer = await api.get(`${BASE}${path}?colour=red`, 'admin').expect(400);
    expect(answer.body.error.details.problems).toEqual([
      { in: 'query', field: 'colour', reason: 'is not known here' },
    ]);
  });
});

describe.each(['/app/live', '/app/numbers'])('GET %s', (path) => {
  it('is 401 without a token, and 403 for a user', async () => {
    await api.get(path).expect(401);
    await api.get(path, 'user').expect(403);
  });
});

describe.each(ACTING)('POST %s', (path) => {
  it('is 401 without a token', async () => {
    await api.post(BASE + path).expect(401);
  });

  it.each(['viewer', 'user'] as const)('is 403 for a %s', async (role) => {
    const answer = await api.post(BASE + path, role).expect(403);
    expect(answer.body.error.code).toBe('FORBIDDEN');
  });

  it('refuses a field it does not know', async () => {
    const answer = await api
      .post(BASE + path, 'admin')
      .send({ colour: 'red' })
      .expect(400);
    expect(answer.body.error.details.problems).toEqual([
      { in: 'body', field: 'colour', reason: 'is not known here' },
    ]);
  });
});

describe('a user', () => {
  it('sees their own status, by externalId and by ObjectId', async () => {
    await api.get(`${BASE}/status/user/${OWN_USER}`, 'user').expect(200);
    await api.get(`${BASE}/status/user/${api.userIds[OWN_USER]}`, 'user').expect(200);
  });

  it('cannot find out which other users there are', async () => {
    await api.get(`${BASE}/status/user/${api.userIds['00002']}`, 'user').expect(403);
    await api.get(`${BASE}/status/user/no-such-user`, 'user').expect(403);
  });
});

describe('an id that is also the externalId of another', () => {
  it('is the id alone: neither its account nor the staff are shown the other', async () => {
    const user = { timezone: 'UTC', active: true };
    const gone = await UserModel.create({ ...user, externalId: 'gone', email: 'g@example.com' });
    const email = 'gone@example.com';
    await createAccount({ email, password: PASSWORD, role: 'user', user: 'gone' });
    const { body } = await api.post('/app/auth/login').send({ email, password: PASSWORD });
    const id = gone._id.toHexString();
    // As when the deletion ended in the middle, and such a name was taken before it was refused.
    await UserModel.deleteOne({ _id: gone._id });
    await UserModel.collection.insertOne({ ...user, externalId: id, email: 'o@example.com' });
    const path = `${BASE}/status/user/${id}`;
    await api.get(path).set('Authorization', `Bearer ${body.token}`).expect(404);
    await api.get(path, 'admin').expect(404);
  });
});

describe('what does not exist', () => {
  it.each(['/status/user/99999', '/status/job/user-data-x-y', '/runs/m-x', '/why/user-data-x-y'])(
    'is 404: GET %s',
    async (path) => {
      const answer = await api.get(BASE + path, 'admin').expect(404);
      expect(answer.body.error.code).toBe('NOT_FOUND');
    },
  );

  it.each(['/runs/m-x/cancel', '/job/user-data-x-y/retry'])('is 404: POST %s', async (path) => {
    const answer = await api.post(BASE + path, 'admin').expect(404);
    expect(answer.body.error.code).toBe('NOT_FOUND');
  });
});

describe('bad input', () => {
  it.each([
    ['/recent?limit=0', 'query', 'limit'],
    ['/recent?limit=501', 'query', 'limit'],
    ['/recent?limit=ten', 'query', 'limit'],
    ['/recent?limit=', 'query', 'limit'],
    ['/recent?limit=1&limit=2', 'query', 'limit'],
    ['/recent?limit[$gt]=1', 'query', 'limit[$gt]'],
    ['/recent?status=done', 'query', 'status'],
    ['/recent?cursor=%20', 'query', 'cursor'],
    ['/failed?limit=501', 'query', 'limit'],
    ['/failed?runId=a%20b', 'query', 'runId'],
    ['/failed?code=a-b', 'query', 'code'],
    ['/status/user/00001?limit=-1', 'query', 'limit'],
    ['/runs?limit=1.5', 'query', 'limit'],
    [`/status/user/${'x'.repeat(201)}`, 'params', 'userId'],
    ['/status/job/a%20b', 'params', 'jobId'],
    ['/why/a%20b', 'params', 'jobId'],
    ['/runs/a%20b', 'params', 'runId'],
  ])('is 400 with field and reason: GET %s', async (path, place, field) => {
    const answer = await api.get(BASE + path, 'admin').expect(400);
    expect(answer.body.error.code).toBe('VALIDATION_FAILED');
    expect(answer.body.error.message).toContain(field);
    expect(answer.body.error.details.problems).toEqual([
      { in: place, field, reason: expect.any(String) },
    ]);
  });

  it('is 400 for a cursor of runs that is none', async () => {
    const answer = await api.get(`${BASE}/runs?cursor=abc`, 'admin').expect(400);
    expect(answer.body.error.message).toContain('cursor');
  });

  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  it.each([
    ['/runs', { asOf: '1997-02-30' }, 'asOf'],
    ['/runs', { asOf: tomorrow }, 'asOf'],
    ['/runs', { asOf: 19_970_930 }, 'asOf'],
    ['/runs', { userIds: [] }, 'userIds'],
    ['/runs', { userIds: '00001' }, 'userIds'],
    ['/runs', { userIds: ['00001', { $ne: null }] }, 'userIds.1'],
    ['/runs', { userIds: Array.from({ length: 10_001 }, () => '1') }, 'userIds'],
    ['/runs', { backfill: 'yes' }, 'backfill'],
    ['/failed/retry', { limit: 1001 }, 'limit'],
    ['/failed/retry', { limit: '10' }, 'limit'],
    ['/failed/retry', { runId: { $ne: '' } }, 'runId'],
    ['/failed/retry', { code: '' }, 'code'],
  ])('is 400 with field and reason: POST %s (%#)', async (path, body, field) => {
    const answer = await api
      .post(BASE + path, 'admin')
      .send(body)
      .expect(400);
    expect(answer.body.error.details.problems).toEqual([
      { in: 'body', field, reason: expect.any(String) },
    ]);
  });

  it('is 400 for an Idempotency-Key that is none', async () => {
    const answer = await api
      .post(`${BASE}/runs`, 'admin')
      .set('Idempotency-Key', 'x'.repeat(201))
      .expect(400);
    expect(answer.body.error.details.problems[0]).toMatchObject({
      in: 'headers',
      field: 'idempotency-key',
    });
  });

  it('names at most twenty problems, and says them briefly', async () => {
    const body = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`.repeat(99), n]));
    const answer = await api.post(`${BASE}/runs`, 'admin').send(body).expect(400);
    expect(answer.body.error.details.problems).toHaveLength(20);
    expect(answer.text.length).toBeLessThan(6_000);
  });
});
