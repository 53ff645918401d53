import { expect, it } from 'vitest';
import { ruleOf } from './errorRules.ts';

it.each([
  [131_056, 400, { is: 'later', afterMs: 10_000 }],
  [130_429, 429, { is: 'later', afterMs: 30_000 }],
  [131_026, 400, { is: 'fail' }],
  [131_047, 400, { is: 'template' }],
  [131_016, 500, { is: 'retry' }],
  [190, 401, { is: 'later', afterMs: 600_000 }],
  [999_999, 503, { is: 'retry' }],
  [999_999, 400, { is: 'fail' }],
] as const)('of code %i with status %i', (code, status, rule) => {
  expect(ruleOf({ code, status })).toEqual(rule);
});
