import { expect, it } from 'vitest';
import { passwordProblem } from './passwordRules.ts';

it.each([
  'a-long-password',
  'correct horse battery staple',
  `${'u\u0308'.repeat(200)}abcd`,
  `${'\u{1f600}'.repeat(250)}abcd`,
  'пароль-длинный',
])('takes %j', (password) => {
  expect(passwordProblem(password)).toBeNull();
});

it.each([
  ['', /12 to 256/],
  ['short', /12 to 256/],
  [`${'a\u0301'.repeat(8)}bcd`, /12 to 256/],
  ['abcde'.repeat(52), /12 to 256/],
  ['abcde'.repeat(2_000_000), /12 to 256/],
  [' '.repeat(12), /different/],
  ['\u00a0 \u2003'.repeat(4), /different/],
  ['aaaaaaaaaaaa', /different/],
  ['abcabcabcabc', /different/],
  ['a-long-\u0000-password', /control/],
  ['a-long-\u200b-password', /invisible/],
])('refuses %j', (password, problem) => {
  expect(passwordProblem(password)).toMatch(problem);
});
