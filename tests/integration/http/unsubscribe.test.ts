import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserModel } from '../../../server/models/UserModel.ts';
import { createUnsubscribeLinks } from '../../../server/Services/Mail/unsubscribeLinks.ts';
import { type Harness, JWT_SECRET, startHarness } from './harness.ts';

let api: Harness;
let path: string;
beforeAll(async () => {
  api = await startHarness();
  const links = createUnsubscribeLinks(JWT_SECRET, 'http://hourwork.test');
  const url = new URL(links.urlFor({ userId: api.userIds['00001'] ?? '', list: 'weekly' }));
  path = url.pathname + url.search;
});
afterAll(() => api.stop());
const unsubscribed = async () =>
  (await UserModel.findOne({ externalId: '00001' }).lean())?.unsubscribed;

it('asks when the link is followed, and unsubscribes by one click, whatever the body’s type', async () => {
  const page = await api.get(path).expect(200);
  expect(page.text).toContain('<button>Unsubscribe</button>');
  expect(await unsubscribed()).toBeUndefined();
  await api.post(path).type('form').send('List-Unsubscribe=One-Click').expect(200);
  await api.post(path).field('List-Unsubscribe', 'One-Click').expect(200);
  expect(await unsubscribed()).toEqual(['weekly']);
});

it('refuses a link that was changed', async () => {
  await api.post(path.replace('weekly', 'trial')).expect(400);
  await api.post('/mail/unsubscribe').expect(400);
  expect(await unsubscribed()).toEqual(['weekly']);
});
