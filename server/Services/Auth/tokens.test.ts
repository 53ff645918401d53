import { expect, it } from 'vitest';
import { EnvironmentError } from '../../config/env.ts';
import { createTokens } from './tokens.ts';

const secret = 's'.repeat(32);
const claims = { sub: 'account', role: 'user', userId: 'u-1', version: 3 } as const;

it.each([undefined, '', 'x'.repeat(31)])(
  'will not sign with the secret %j, and says how to make one',
  (bad) => {
    const make = () => createTokens({ secret: bad, ttlMinutes: 60 });
    expect(make).toThrow(EnvironmentError);
    expect(make).toThrow(/JWT_SECRET is .*openssl rand -hex 32/s);
  },
);

it('counts the bytes of a secret, not its characters', () => {
  expect(() => createTokens({ secret: 'é'.repeat(16), ttlMinutes: 60 })).not.toThrow();
});

it('reads back what it issued', () => {
  const tokens = createTokens({ secret, ttlMinutes: 60 });
  expect(tokens.read(tokens.issue(claims).token)).toMatchObject(claims);
});

it('says of an old token that it has expired', () => {
  const { token } = createTokens({ secret, ttlMinutes: -1 }).issue(claims);
  expect(() => createTokens({ secret, ttlMinutes: 60 }).read(token)).toThrow(/has expired/);
});
