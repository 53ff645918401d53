import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OwnMongo, startOwnMongo } from '../ownMongo.ts';
import { type Harness, PASSWORD, startHarness } from './harness.ts';
import { makeRun } from './records.ts';

const BASE = '/app/job-status';

let mongo: OwnMongo;
let api: Harness;
beforeAll(async () => {
  mongo = await startOwnMongo();
  api = await startHarness({ MONGODB_URI: `mongodb://127.0.0.1:${mongo.port}/hourwork` });
  await makeRun({ _id: 'm-open', enumerated: 0 });
});
// The hook that is declared later runs first; this one runs also when that one fails because its storage is away.
afterAll(() => mongo.close());
afterAll(() => api.stop());

const REQUESTS: readonly (readonly [string, () => ReturnType<Harness['get']>])[] = [
  ['a list', () => api.get(`${BASE}/runs`, 'admin')],
  ['one run', () => api.get(`${BASE}/runs/m-open`, 'viewer')],
  ['jobs of the own user', () => api.get(`${BASE}/status/user/00001`, 'user')],
  ['health of the queues', () => api.get('/api/v1/queue/health', 'admin')],
  ['a new run', () => api.post(`${BASE}/runs`, 'admin').send({ userIds: ['00001'] })],
  ['a cancel', () => api.post(`${BASE}/runs/m-open/cancel`, 'admin')],
  [
    'a login',
    () => api.post('/app/auth/login').send({ email: 'admin@example.com', password: PASSWORD }),
  ],
];

it('a storage that died beneath its server is away: 503 within a second, until it is back', async () => {
  await mongo.stopStorage();
  for (const [what, send] of REQUESTS) {
    const began = performance.now();
    const answer = await send();
    expect(answer.body.error, what).toMatchObject({ code: 'MONGODB_UNAVAILABLE' });
    expect(answer.status, what).toBe(503);
    expect(performance.now() - began, what).toBeLessThan(1_000);
  }
  const ready = await api.get('/health/ready').expect(503);
  expect(ready.body).toMatchObject({ status: 'down', checks: { mongodb: 'down', redis: 'up' } });
  await api.get('/health/live').expect(200);
  const [told] = api.lines.filter(({ fields }) => fields.code === 'MONGODB_UNAVAILABLE');
  expect(told).toMatchObject({ level: 'warn', message: expect.stringContaining('cannot serve') });
  expect(told?.fields.error).toBeInstanceOf(Error);

  // While it starts too there is no other answer than 503 and, at the end, that of every day.
  const starting = mongo.startStorage();
  const statuses = new Set<number>();
  await expect
    .poll(
      async () => {
        const answers = await Promise.all(REQUESTS.slice(0, 3).map(([, send]) => send()));
        for (const { status } of answers) statuses.add(status);
        return answers.every(({ status }) => status === 200);
      },
      { timeout: 30_000, interval: 20 },
    )
    .toBe(true);
  await starting;
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  await api.get('/health/ready').expect(200);
  expect(api.lines.filter(({ message }) => message === 'A request failed')).toEqual([]);
});
