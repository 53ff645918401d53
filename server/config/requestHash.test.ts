import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { requestHash } from './requestHash.ts';

it('is another for another account, key or job', () => {
  const hashes = [
    ...[requestHash('ann', 'key'), requestHash('bob', 'key'), requestHash('ann', 'other')],
    requestHash('ann', 'job', 'key'),
  ];
  expect(new Set(hashes).size).toBe(4);
});

it('stays the same over releases, as stored keys rest on it', () => {
  expect(requestHash('ann', 'key')).toBe(createHash('sha256').update('ann key').digest('hex'));
});
