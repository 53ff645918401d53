import { expect, it } from 'vitest';
import { JWT_SECRET, useAttackedApi } from './attackedApi.ts';
import { byHmac, read, tokenOf, withoutSecret, withSecret } from './forgeries.ts';

const api = await useAttackedApi();

const RUNS = '/app/job-status/runs';

const bearing = (token: string) => ({ Authorization: `Bearer ${token}` });

it('a token put together here as the API does it is taken: the forger knows the trade', async () => {
  const { header, claims } = read(api.tokens.admin);
  const token = tokenOf(header, claims, byHmac(JWT_SECRET));
  expect((await api.attack({ target: RUNS, headers: bearing(token) })).status).toBe(200);
});

it('no token by somebody without the secret is taken', async () => {
  const forged = Object.entries(withoutSecret(read(api.tokens.admin)));
  expect(forged.length).toBeGreaterThan(70);
  for (const [what, token] of forged) {
    const { status } = await api.attack({ target: RUNS, headers: bearing(token) });
    expect(status, what).toBe(401);
  }
});

it('no token that says what none of ours says is taken, though its signature is good', async () => {
  const forged = Object.entries(withSecret(read(api.tokens.admin), JWT_SECRET));
  expect(forged.length).toBeGreaterThan(45);
  for (const [what, token] of forged) {
    const { status } = await api.attack({ target: RUNS, headers: bearing(token) });
    expect(status, what).toBe(401);
  }
});

it('a user does not become more by another role in a token', async () => {
  const { header, claims } = read(api.tokens.user);
  const admin = { ...claims, role: 'admin' };
  const signature = api.tokens.user.split('.')[2] ?? '';
  for (const sign of [() => signature, byHmac(JWT_SECRET)]) {
    const token = tokenOf(header, admin, sign);
    const { status } = await api.attack({ target: RUNS, headers: bearing(token) });
    expect([401, 403]).toContain(status);
  }
});

it('no operation takes what the others refuse', async () => {
  const genuine = read(api.tokens.admin);
  const some = [
    tokenOf({ ...genuine.header, alg: 'none' }, genuine.claims, () => ''),
    tokenOf(genuine.header, genuine.claims, byHmac('')),
    tokenOf(genuine.header, { ...genuine.claims, exp: 1 }, byHmac(JWT_SECRET)),
    tokenOf(genuine.header, { ...genuine.claims, sub: { $ne: null } }, byHmac(JWT_SECRET)),
    `${genuine.token}x`,
  ];
  for (const operation of api.operations.filter(({ guard }) => guard !== 'anyone')) {
    for (const token of some) {
      const target = api.targetOf(operation);
      const { status } = await api.attack({
        method: operation.method,
        target,
        headers: bearing(token),
      });
      expect(status, operation.name).toBe(401);
    }
  }
});

it('a token that is too large for any head is refused before it is read', async () => {
  const { status } = await api.attack({ target: RUNS, headers: bearing('x'.repeat(20_000)) });
  expect(status).toBe(431);
});

it.each(['Basic', 'Digest', 'Token', 'Bearer,', 'Bearer Bearer', 'Bearer:', ''])(
  'a good token is not taken as "%s"',
  async (scheme) => {
    const headers = { Authorization: `${scheme} ${api.tokens.admin}` };
    expect((await api.attack({ target: RUNS, headers })).status).toBe(401);
  },
);

it('a good token is not taken from a query, a cookie or another header', async () => {
  const { admin } = api.tokens;
  for (const name of ['access_token', 'token', 'authorization']) {
    const target = `${RUNS}?${name}=${admin}`;
    expect((await api.attack({ target })).status).toBe(401);
  }
  const headers = { Cookie: `token=${admin}; hourwork_device=${admin}`, 'X-Access-Token': admin };
  expect((await api.attack({ target: RUNS, headers })).status).toBe(401);
});
