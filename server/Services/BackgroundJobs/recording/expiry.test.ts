import { expect, it } from 'vitest';
import { retentionOf } from './expiry.ts';

it('keeps the records of a kind as long as it says, and those of all others as the settings say', () => {
  const retention = retentionOf([{ kind: 'invoice', retentionDays: 400 }, { kind: 'email' }], 7);
  expect(['invoice', 'email', 'of-an-older-release'].map(retention)).toEqual([400, 7, 7]);
});
