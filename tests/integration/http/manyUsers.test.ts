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

async function askForAll(): Promise<{ code: string; unknown: unknown; ms: number }> {
  const began = performance.now();
  const { body } = await api.post('/app/job-status/runs', 'admin').send({ userIds: asked });
  const { code, details } = body.error;
  return { code, unknown: details?.userIds, ms: performance.now() - began };
}

/** Whatever was answered otherwise than it should be, while several ask for so many at once. */
async function troubleOfMany(): Promise<string[]> {
  const trouble: string[] = [];
  let over = false;
  const asking = Promise.all(Array.from({ length: AT_ONCE }, askForAll)).finally(() => {
    over = true;
  });
  const watching = (async () => {
    while (!over) {
      for (const path of ['/health/ready', '/app/job-status/runs']) {
        const { status } = await api.get(path, 'viewer');
        if (status !== 200) trouble.push(`${path}: ${status}`);
      }
    }
  })();
  const [answers] = await Promise.all([asking, watching]);
  const refused = answers.filter(({ code }) => code !== 'UNKNOWN_USERS');
  return [...trouble, ...refused.map(({ code }) => code)];
}

// What else the machine does may delay any answer: once undisturbed shows it.
const UNDISTURBED = { timeout: 50_000, interval: 10 };

it('10,000 users are found within a second', async () => {
  expect(await askForAll()).toMatchObject({ code: 'UNKNOWN_USERS', unknown: ['nobody'] });
  await expect.poll(async () => (await askForAll()).ms, UNDISTURBED).toBeLessThan(1_000);
});

it('several who ask for so many at once make no outage of MongoDB', async () => {
  await expect.poll(troubleOfMany, UNDISTURBED).toEqual([]);
});
