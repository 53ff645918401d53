import { expect, it } from 'vitest';
import { EnvironmentError } from '../../config/env.ts';
import { createTokens } from './tokens.ts';

const secret = 'a-secret-of-the-tests-with-32-bytes-and-more';
const claims = {
  sub: '64b000000000000000000001',
  role: 'user',
  userId: 'u-1',
  version: 3,
} as const;

it.each([undefined, '', 'a-secret-that-lacks-one-byte-32', 'x'.repeat(32)])(
  'will not sign with the secret %j, and says how to make one',
  (bad) => {
    const make = () => createTokens({ secret: bad, ttlMinutes: 60 });
    expect(make).toThrow(EnvironmentError);
    expect(make).toThrow(/JWT_SECRET is .*openssl rand -hex 32/s);
  },
);

it('reads back what it issued', () => {
  const tokens = createTokens({ secret, ttlMinutes: 60 });
  expect(tokens.read(tokens.issue(claims).token)).toMatchObject(claims);
});

it('says of an old token that it has expired', () => {
  const { token } = createTokens({ secret, ttlMinutes: -1 }).issue(claims);
  expect(() => createTokens({ secret, ttlMinutes: 60 }).read(token)).toThrow(/has expired/);
});

it('knows a device by its token, for the one e-mail that logged in from it', () => {
  const tokens = createTokens({ secret, ttlMinutes: 60 });
  const { token, expiresAt } = tokens.issueDevice('me@example.com');
  expect(tokens.readDevice(token, 'me@example.com')).toMatch(/^[\w-]{36}$/);
  expect(tokens.readDevice(token, 'you@example.com')).toBeNull();
  expect(tokens.readDevice(`${token}x`, 'me@example.com')).toBeNull();
  expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(170 * 86_400_000);
  expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('example');
});

it('takes no token of a device for a login, nor a login for a device', () => {
  const tokens = createTokens({ secret, ttlMinutes: 60 });
  expect(() => tokens.read(tokens.issueDevice('me@example.com').token)).toThrow(/not valid/);
  expect(tokens.readDevice(tokens.issue(claims).token, 'me@example.com')).toBeNull();
});

it.each(['account', '', '123456789012'])('takes no token whose subject is %j, no id', (sub) => {
  const tokens = createTokens({ secret, ttlMinutes: 60 });
  expect(() => tokens.read(tokens.issue({ ...claims, sub }).token)).toThrow(/not valid/);
});
