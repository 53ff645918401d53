import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { signingSecretProblem } from './signingSecret.ts';

it('takes whatever a generator makes', () => {
  for (let round = 0; round < 1_000; round += 1) {
    expect(signingSecretProblem(randomBytes(32).toString('hex'))).toBeNull();
    expect(signingSecretProblem(randomBytes(24).toString('base64url'))).toBeNull();
  }
});

it('counts bytes, not characters', () => {
  expect(signingSecretProblem('éàüößåøñ'.repeat(2))).toBeNull();
  expect(signingSecretProblem('abcdefghijklmnopqrstuvwxyz01234')).toMatch(/shorter than 32/);
});

it.each([
  'x'.repeat(32),
  'ab'.repeat(16),
  '12345678'.repeat(4),
  'changeme!'.repeat(4).slice(0, 37),
])('refuses %s, which is easy to guess', (secret) => {
  expect(signingSecretProblem(secret)).toMatch(/easy to guess/);
});
