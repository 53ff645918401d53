import { expect, it } from 'vitest';
import { smtpVerdict } from './smtpFailures.ts';

const failure = (fields: object) => Object.assign(new Error('said so'), fields);

it.each([
  ['unreachable', { code: 'ESOCKET' }],
  // A wrong password is a permanent reply, and no fault of the mail.
  ['unreachable', { code: 'EAUTH', responseCode: 535 }],
  ['refused', { code: 'EENVELOPE', responseCode: 550 }],
  ['refused', { code: 'EENVELOPE' }],
  ['later', { code: 'EENVELOPE', responseCode: 450 }],
  ['later', {}],
])('is %s for %o', (verdict, fields) => {
  expect(smtpVerdict(failure(fields))).toBe(verdict);
});
