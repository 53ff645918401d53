import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishDuePosts } from '../../../server/Services/Posts/publishing.ts';
import { type Harness, startHarness } from './harness.ts';

const POSTS = '/api/v1/posts';
let api: Harness;
beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

const newPost = (more: object = {}) => ({
  ...{ authorId: `ann-${randomUUID().slice(0, 8)}`, title: 'A title', body: 'A body' },
  dueAt: '2026-11-27T13:00:00+01:00',
  ...more,
});
const create = (body: object, key = randomUUID()) =>
  api.post(POSTS, 'admin').set('idempotency-key', key).send(body);

describe('a post over REST', () => {
  it('is scheduled, shown, listed by author, and published when it is due', async () => {
    const asked = newPost();
    const { body: post } = await create(asked).expect(201);
    const shown = { ...asked, id: post.id, dueAt: '2026-11-27T12:00:00.000Z', publishedAt: null };
    expect(post).toEqual({ ...shown, status: 'scheduled', synthetic: false });
    const { body: second } = await create({ ...asked, title: 'Another' }).expect(201);
    const list = `${POSTS}?authorId=${asked.authorId}&status=scheduled`;
    const { items, nextCursor } = (await api.get(`${list}&limit=1`, 'viewer').expect(200)).body;
    const rest = (await api.get(`${list}&cursor=${nextCursor}`, 'viewer').expect(200)).body;
    expect([...items, ...rest.items].map(({ id }) => id).toSorted()).toEqual(
      [post.id, second.id].toSorted(),
    );
    await publishDuePosts({
      ...{ authorId: asked.authorId, until: new Date('2026-11-27T12:00:00Z') },
      ...{ tellsWebhook: false, signal: new AbortController().signal },
    });
    const published = await api.get(`${POSTS}/${post.id}`, 'viewer').expect(200);
    expect(published.body).toMatchObject({
      ...{ status: 'published', publishedAt: expect.any(String) },
    });
    const refused = await api.post(`${POSTS}/${post.id}/cancel`, 'admin').expect(409);
    expect(refused.body.error.code).toBe('NOT_CANCELLABLE');
  });

  it('that is cancelled is never published', async () => {
    const asked = newPost();
    const { body: post } = await create(asked).expect(201);
    for (const _time of ['once', 'again']) {
      const { body } = await api.post(`${POSTS}/${post.id}/cancel`, 'admin').expect(200);
      expect(body.status).toBe('cancelled');
    }
    const published = await publishDuePosts({
      ...{ authorId: asked.authorId, until: new Date('2026-11-28T12:00:00Z') },
      ...{ tellsWebhook: false, signal: new AbortController().signal },
    });
    expect(published).toBe(0);
  });

  it('is the same for the same Idempotency-Key, and another under it is refused', async () => {
    const [asked, key] = [newPost(), randomUUID()];
    const { body: post } = await create(asked, key).expect(201);
    expect((await create(asked, key).expect(201)).body).toEqual(post);
    const other = await create({ ...asked, title: 'Another' }, key).expect(409);
    expect(other.body.error.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is for administrators to schedule, and is checked', async () => {
    await api.post(POSTS, 'viewer').send(newPost()).expect(403);
    await create(newPost({ authorId: 'a b' })).expect(400);
    await create(newPost({ dueAt: 'tomorrow' })).expect(400);
    await api.get(`${POSTS}/none`, 'viewer').expect(404);
    await api.post(`${POSTS}/none/cancel`, 'admin').expect(404);
  });
});
