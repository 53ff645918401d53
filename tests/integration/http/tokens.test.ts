import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiTokenModel } from '../../../server/models/ApiTokenModel.ts';
import { type Harness, startHarness } from './harness.ts';

let api: Harness;
beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

const make = async (scopes: string[]) =>
  (await api.post('/app/tokens', 'admin').send({ name: 'ci', scopes }).expect(200)).body;
const as = (token: string, path: string) =>
  request(api.app).get(path).set('Authorization', `Bearer ${token}`);

describe('an API token', () => {
  it('is shown once, and stored as a hash', async () => {
    const { token, tokenId, hint } = await make(['read']);
    expect(token).toMatch(/^hwt_[\w-]{43}$/);
    expect(token.endsWith(hint)).toBe(true);
    const { body } = await api.get('/app/tokens', 'admin').expect(200);
    expect(body.items[0]).toMatchObject({ tokenId, name: 'ci', scopes: ['read'] });
    expect(JSON.stringify(body)).not.toContain(token);
    expect(JSON.stringify(await ApiTokenModel.find({}).lean())).not.toContain(token);
    expect(JSON.stringify(api.lines)).not.toContain(token);
  });

  it('is accepted where its scopes allow, and nowhere else', async () => {
    const { token } = await make(['read', 'cron']);
    await as(token, '/app/kinds').expect(200);
    await as(token, '/api/cron-manager?action=status').expect(200);
    const refused = await as(token, '/app/tokens').expect(403);
    expect(refused.body.error.message).toContain('scope admin');
    const payload = { userId: api.userIds['00001'], asOf: '2026-11-22', backfill: false };
    const put = (bearer: string) =>
      request(api.app)
        .post('/app/jobs/user-data')
        .set('Authorization', `Bearer ${bearer}`)
        .send({ payload });
    await put(token).expect(403);
    await put((await make(['jobs'])).token).expect(202);
  });

  it('is answered 503 within a second while MongoDB gives no answer', async () => {
    const { token } = await make(['read']);
    api.mongo.freeze();
    try {
      const began = performance.now();
      const { body } = await as(token, '/app/kinds').expect(503);
      expect(body.error.code).toBe('MONGODB_UNAVAILABLE');
      expect(performance.now() - began).toBeLessThan(1_000);
    } finally {
      await api.mongo.restore();
    }
  });

  it('makes no other token, whatever its scopes', async () => {
    const { token } = await make(['admin']);
    await request(api.app)
      .post('/app/tokens')
      .set('Authorization', `Bearer ${token}`)
      .send({ name: 'more', scopes: ['admin'] })
      .expect(403);
  });

  it('is refused once it is revoked, or past its date', async () => {
    const { token, tokenId } = await make(['read']);
    await api.post(`/app/tokens/${tokenId}/revoke`, 'viewer').expect(403);
    await api.post(`/app/tokens/${tokenId}/revoke`, 'admin').expect(200);
    await as(token, '/app/kinds').expect(401);
    await api.post('/app/tokens/none/revoke', 'admin').expect(404);
    const other = await make(['read']);
    await ApiTokenModel.updateOne({ _id: other.tokenId }, { $set: { expiresAt: new Date() } });
    expect((await as(other.token, '/app/kinds').expect(401)).body.error.message).toContain(
      'expired',
    );
    await as('hwt_unknown', '/app/kinds').expect(401);
  });
});
