import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccountModel } from '../../../server/models/AccountModel.ts';
import {
  changePassword,
  createAccount,
  disableAccount,
  ensureAdmin,
} from '../../../server/Services/Auth/accounts.ts';
import { type Harness, JWT_SECRET, PASSWORD, startHarness } from './harness.ts';

const LOGIN = '/app/auth/login';
const PROTECTED = '/app/job-status/recent';

let api: Harness;

beforeAll(async () => {
  api = await startHarness();
});
afterAll(() => api.stop());

function useToken(token: string) {
  return api.get(PROTECTED).set('Authorization', `Bearer ${token}`);
}

async function loginAs(email: string, password = PASSWORD): Promise<string> {
  const answer = await api.post(LOGIN).send({ email, password }).expect(200);
  return answer.body.token;
}

it('answers a token with its role and end, whatever the case of the e-mail', async () => {
  const answer = await api.post(LOGIN).send({ email: ' Admin@Example.COM ', password: PASSWORD });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    expiresAt: expect.any(String),
    role: 'admin',
  });
  const minutes = (Date.parse(answer.body.expiresAt) - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(59);
  expect(minutes).toBeLessThanOrEqual(60);
  await useToken(answer.body.token).expect(200);
});

it('refuses a wrong password, an unknown e-mail and a disabled account in the same words', async () => {
  await createAccount({ email: 'gone@example.com', password: PASSWORD, role: 'viewer' });
  await disableAccount('gone@example.com');
  const answers = await Promise.all([
    api.post(LOGIN).send({ email: 'admin@example.com', password: 'not-the-password' }),
    api.post(LOGIN).send({ email: 'nobody@example.com', password: PASSWORD }),
    api.post(LOGIN).send({ email: 'gone@example.com', password: PASSWORD }),
  ]);
  for (const { status, body } of answers) {
    expect(status).toBe(401);
    expect(body.error).toMatchObject({
      code: 'INVALID_CREDENTIALS',
      message: 'E-mail or password is wrong.',
    });
  }
});

it.each([
  ['email', { email: 'nobody', password: 'x' }],
  ['password', { email: 'admin@example.com' }],
  ['remember', { email: 'admin@example.com', password: 'x', remember: true }],
  ['email', { email: { $gt: '' }, password: 'x' }],
])('names the field %s that cannot be used', async (field, body) => {
  const answer = await api.post(LOGIN).send(body).expect(400);
  expect(answer.body.error.code).toBe('VALIDATION_FAILED');
  expect(answer.body.error.details.problems).toEqual([
    { in: 'body', field, reason: expect.any(String) },
  ]);
});

it('ends all tokens of an account with a new password, and with disabling it', async () => {
  const email = 'changing@example.com';
  await createAccount({ email, password: PASSWORD, role: 'viewer' });
  const first = await loginAs(email);
  await changePassword(email, 'another-long-password');
  expect((await useToken(first)).body.error.code).toBe('UNAUTHENTICATED');

  const second = await loginAs(email, 'another-long-password');
  await useToken(second).expect(200);
  await disableAccount(email);
  await useToken(second).expect(401);
});

it('takes an account as it stands now, not as its token remembers it', async () => {
  const email = 'demoted@example.com';
  await createAccount({ email, password: PASSWORD, role: 'admin' });
  const token = await loginAs(email);
  await AccountModel.updateOne({ email }, { $set: { role: 'viewer' } });
  const answer = await api.post('/app/job-status/runs').set('Authorization', `Bearer ${token}`);
  expect(answer.status).toBe(403);
});

function forged(options: jwt.SignOptions & { secret?: string; claims?: object }): string {
  const { secret = JWT_SECRET, claims = {}, ...sign } = options;
  const genuine = jwt.decode(api.tokens.admin);
  if (typeof genuine !== 'object' || genuine === null) throw new Error('no token to begin from');
  // Through JSON, so that a claim of undefined is a claim that is not there.
  const payload = JSON.parse(JSON.stringify({ ...genuine, ...claims }));
  return jwt.sign(payload, secret, sign);
}

it('accepts the token it is made from, so that the forgeries fail for their own reason', async () => {
  await useToken(forged({ algorithm: 'HS256' })).expect(200);
});

it.each([
  ['another secret', () => forged({ secret: 'x'.repeat(32) })],
  ['another algorithm', () => forged({ algorithm: 'HS512' })],
  ['no signature', () => forged({ algorithm: 'none', secret: '' })],
  ['another audience', () => forged({ claims: { aud: 'others' } })],
  ['another issuer', () => forged({ claims: { iss: 'others' } })],
  ['an end in the past', () => forged({ claims: { exp: 1 } })],
  ['no end', () => forged({ claims: { exp: undefined } })],
  ['nobody’s account', () => forged({ claims: { sub: '0123456789abcdef01234567' } })],
  ['a subject that is no id', () => forged({ claims: { sub: 'nobody' } })],
  ['a subject of twelve bytes', () => forged({ claims: { sub: '123456789012' } })],
  ['a subject that is a query', () => forged({ claims: { sub: '[object Object]' } })],
  ['no subject', () => forged({ claims: { sub: undefined } })],
  ['a version that is a text', () => forged({ claims: { version: '1' } })],
  ['nonsense', () => 'nonsense'],
])('refuses a token with %s', async (_what, make) => {
  const answer = await useToken(make());
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toBe('Bearer');
  expect(answer.body.error.code).toBe('UNAUTHENTICATED');
});

it('makes the first admin once and never changes it', async () => {
  const admin = { email: 'First@example.com', password: 'the-first-password' };
  const made = await Promise.all([ensureAdmin(admin), ensureAdmin(admin), ensureAdmin(admin)]);
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await ensureAdmin({ ...admin, password: 'the-second-password' })).toBe(false);
  await loginAs('first@example.com', 'the-first-password');
});

it('takes a password in whichever form its letters are typed', async () => {
  const email = 'accents@example.com';
  const password = 'Zürich-Brücke-12';
  await createAccount({ email, password: password.normalize('NFC'), role: 'viewer' });
  await loginAs(email, password.normalize('NFD'));
  await changePassword(email, password.normalize('NFD'));
  await loginAs(email, password.normalize('NFC'));
});

it('says of an e-mail that is too long what is wrong, without all of it', async () => {
  const email = `${'a'.repeat(5_000_000)}@example.com`;
  const made = createAccount({ email, password: PASSWORD, role: 'admin' });
  await expect(made).rejects.toThrow(/^a{100}… has more than 254 characters\.$/);
});

it('keeps no password, only an Argon2id hash', async () => {
  const account = await AccountModel.findOne({ email: 'admin@example.com' }).lean();
  expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,/);
  expect(JSON.stringify(account)).not.toContain(PASSWORD);
});

it.each([
  ['a short password', { password: 'short' }, 'VALIDATION_FAILED'],
  ['a password of blanks', { password: ' '.repeat(12) }, 'VALIDATION_FAILED'],
  ['a password of one letter', { password: 'a'.repeat(12) }, 'VALIDATION_FAILED'],
  ['a password with a control character', { password: `${PASSWORD}\u0007` }, 'VALIDATION_FAILED'],
  ['a long e-mail', { email: `${'a'.repeat(250)}@example.com` }, 'VALIDATION_FAILED'],
  ['no e-mail', { email: 'nobody' }, 'VALIDATION_FAILED'],
  ['an e-mail that is taken', { email: 'ADMIN@example.com' }, 'VALIDATION_FAILED'],
  ['the role user without a user', { role: 'user' as const }, 'VALIDATION_FAILED'],
  ['the role admin with a user', { user: '00001' }, 'VALIDATION_FAILED'],
  ['an unknown user', { role: 'user' as const, user: '99999' }, 'NOT_FOUND'],
])('makes no account with %s', async (_what, change, code) => {
  const account = {
    email: 'new@example.com',
    password: PASSWORD,
    role: 'admin' as const,
    ...change,
  };
  await expect(createAccount(account)).rejects.toMatchObject({ code });
});
