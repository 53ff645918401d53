import { afterAll, expect, it } from 'vitest';
import { AuditModel } from '../../../server/models/AuditModel.ts';
import { startHarness } from './harness.ts';

const api = await startHarness();
afterAll(() => api.stop());

it('keeps who changed what, on how many and from where, refused ones too, and leaves reading out', async () => {
  const queue = 'user-data';
  await api.post(`/app/queues/${queue}/pause`, 'admin').send({ note: 'a test' }).expect(200);
  await api.post('/app/queues/none/resume', 'admin').expect(404);
  await api.post(`/app/queues/${queue}/resume`, 'viewer').expect(403);
  await api.post(`/app/queues/${queue}/resume`, 'admin').expect(200);
  await api.get('/app/queues', 'admin').expect(200);
  const { body: newest } = await api.get('/app/audit?limit=2', 'viewer').expect(200);
  const { body: rest } = await api
    .get(`/app/audit?limit=2&cursor=${newest.nextCursor}`, 'viewer')
    .expect(200);
  expect(rest.nextCursor).toBeNull();
  const shown = [...newest.items, ...rest.items];
  expect(shown.map(({ action, about, refused }) => ({ action, about, refused }))).toEqual([
    { action: 'POST /app/queues/:queue/resume', about: { queue }, refused: null },
    { action: 'POST /app/queues/:queue/resume', about: { queue: 'none' }, refused: 'NOT_FOUND' },
    {
      action: 'POST /app/queues/:queue/pause',
      about: { queue, note: 'a test' },
      refused: null,
    },
  ]);
  expect(shown[0].address).toMatch(/127\.0\.0\.1|::/);
  expect(shown[0].email).toMatch(/@/);
  expect(await AuditModel.countDocuments()).toBe(3);
  await api.get('/app/audit', 'user').expect(403);
});
