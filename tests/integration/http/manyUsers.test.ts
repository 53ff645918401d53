import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserModel } from '../../../server/models/UserModel.ts';
import { type Harness, startHarness } from './harness.ts';

const MOST = 10_000;
const AT_ONCE = 8;
/** As one request names them; the last exists nowhere, so that no run is begun. */
const names = [...Array(MOST - 1).keys()].map((n) => `c-${String(n).padStart(5, '0')}`);
const asked = [...names, 'nobody'];

let api: Harness;
beforeAll(async () => {
  api = await startHarness();
  for (let start = 0; start < names.length; start += 1_000) {
    await UserModel.insertMany(
      names.slice(start, start + 1_000).map((externalId) => ({
        externalId,
        email: `${externalId}@example.com`,
        timezone: 'UTC',
        active: true,
      })),
      { ordered: false, lean: true },
    );
  }
});
afterAll(() => api.stop());

async function askForAll(): Promise<number> {
  const began = performance.now();
  const answer = await api.post('/app/job-status/runs', 'admin').send({ userIds: asked });
  expect(answer.body.error).toMatchObject({
    code: 'UNKNOWN_USERS',
    details: { userIds: ['nobody'] },
  });
  return performance.now() - began;
}

it('10,000 users are found within a second', async () => {
  // The best of a few: the first one pays for new connections, any for what else the machine does.
  const took = [await askForAll(), await askForAll(), await askForAll()];
  expect(Math.min(...took)).toBeLessThan(1_000);
});

it('several who ask for so many at once make no outage of MongoDB', async () => {
  const asking = Promise.all(Array.from({ length: AT_ONCE }, askForAll));
  let over = false;
  const end = () => {
    over = true;
  };
  asking.then(end, end);
  while (!over) {
    await api.get('/health/ready').expect(200);
    await api.get('/app/job-status/runs', 'viewer').expect(200);
  }
  await asking;
});
