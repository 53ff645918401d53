import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectMongo, disconnectMongo } from '../../../server/config/mongoConn.ts';
import { AccountModel } from '../../../server/models/AccountModel.ts';
import { UserModel } from '../../../server/models/UserModel.ts';
import { verifyPassword } from '../../../server/Services/Auth/passwords.ts';
import { command } from '../command.ts';

const uri = new URL(process.env.TEST_MONGODB_URI ?? 'mongodb://127.0.0.1:27500');
uri.pathname = `/account-cli-${randomUUID().slice(0, 8)}`;

const account = (args: readonly string[], input = '') =>
  command('account', args, { settings: { MONGODB_URI: uri.href }, input });

function find(email: string) {
  return AccountModel.findOne({ email }).orFail().lean();
}

beforeAll(async () => {
  await connectMongo({ uri: uri.href });
  await UserModel.create({
    externalId: '00001',
    email: '00001@example.com',
    timezone: 'UTC',
    active: true,
  });
});
afterAll(async () => {
  await mongoose.connection.dropDatabase();
  await disconnectMongo();
});

it('makes an account with the password from standard input, and prints no password', async () => {
  const made = await account(['create', 'Me@Example.com', '--role', 'admin'], 'a-piped-password\n');
  expect(made).toMatchObject({
    code: 0,
    out: 'Me@Example.com may log in as admin.\n',
    err: '',
  });
  const { passwordHash, role, userId } = await find('me@example.com');
  expect(await verifyPassword(passwordHash, 'a-piped-password')).toBe(true);
  expect({ role, userId }).toEqual({ role: 'admin', userId: null });
});

it('ties an account of the role user to its user', async () => {
  const args = ['create', 'one@example.com', '--role', 'user', '--user', '00001', '--generate'];
  expect(await account(args)).toMatchObject({ code: 0 });
  const user = await UserModel.findOne({ externalId: '00001' }).orFail().lean();
  expect((await find('one@example.com')).userId).toEqual(user._id);
});

it('prints a password that it made itself, sets it, and ends the tokens', async () => {
  await account(['create', 'two@example.com', '--role', 'viewer', '--generate']);
  const before = await find('two@example.com');
  const { code, out } = await account(['password', 'two@example.com', '--generate']);
  expect(code).toBe(0);
  const [, password = ''] = /^Password: (\S{24})$/m.exec(out) ?? [];
  const after = await find('two@example.com');
  expect(await verifyPassword(after.passwordHash, password)).toBe(true);
  expect(after.tokenVersion).toBe(before.tokenVersion + 1);
});

it('disables an account', async () => {
  await account(['create', 'three@example.com', '--role', 'viewer', '--generate']);
  expect(await account(['disable', 'three@example.com'])).toMatchObject({ code: 0 });
  expect((await find('three@example.com')).disabledAt).toBeInstanceOf(Date);
});

it('enables one again, with the password of before and no token of before', async () => {
  await account(['create', 'five@example.com', '--role', 'viewer'], 'a-piped-password\n');
  await account(['disable', 'five@example.com']);
  expect(await account(['enable', 'five@example.com'])).toMatchObject({
    code: 0,
    out: 'five@example.com may log in again.\n',
  });
  const { disabledAt, passwordHash, tokenVersion } = await find('five@example.com');
  expect({ disabledAt, tokenVersion }).toEqual({ disabledAt: null, tokenVersion: 3 });
  expect(await verifyPassword(passwordHash, 'a-piped-password')).toBe(true);
});

it('lists who may log in, by e-mail, and no hash', async () => {
  await account(['create', 'a-list@example.com', '--role', 'admin', '--generate']);
  await account(['create', 'b-list@example.com', '--role', 'viewer', '--generate']);
  await account(['disable', 'b-list@example.com']);
  await account([
    'create',
    'c-list@example.com',
    '--role',
    'user',
    '--user',
    '00001',
    '--generate',
  ]);
  const { code, out } = await account(['list']);
  const day = new Date().toISOString().slice(0, 10);
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line.includes('-list@'))).toEqual([
    `a-list@example.com  admin  since ${day}`,
    `b-list@example.com  viewer  disabled on ${day}`,
    `c-list@example.com  user of 00001  since ${day}`,
  ]);
  expect(out).not.toContain('argon2');
});

it.each([
  ['a role there is not', ['create', 'x@example.com', '--role', 'root'], /Allowed choices/],
  ['no role', ['create', 'x@example.com'], /--role/],
  [
    'an unknown user',
    ['create', 'x@example.com', '--role', 'user', '--user', '9', '--generate'],
    /no user 9/,
  ],
  [
    'a role user without its user',
    ['create', 'x@example.com', '--role', 'user', '--generate'],
    /--user/,
  ],
  [
    'a long e-mail',
    ['create', `${'x'.repeat(250)}@example.com`, '--role', 'admin', '--generate'],
    /254/,
  ],
  ['an unknown account', ['enable', 'nobody@example.com'], /no account nobody@example\.com/],
  ['no e-mail', ['create', 'x', '--role', 'admin', '--generate'], /not an e-mail/],
  ['no password', ['create', 'x@example.com', '--role', 'admin'], /--generate/],
  ['an unknown account', ['disable', 'nobody@example.com'], /no account nobody@example\.com/],
])('says what is wrong with %s, without a stack, and ends with 1', async (_what, args, message) => {
  const { code, err } = await account(args);
  expect(code).toBe(1);
  expect(err).toMatch(message);
  expect(err).not.toMatch(/\n\s+at /);
  expect(await AccountModel.countDocuments({ email: 'x@example.com' })).toBe(0);
});

it('takes no password that is too short', async () => {
  const { code, err } = await account(['create', 'x@example.com', '--role', 'admin'], 'short\n');
  expect({ code, err }).toEqual({ code: 1, err: 'A password has 12 to 256 characters.\n' });
});
