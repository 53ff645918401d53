import { expect, it } from 'vitest';
import { versionsOf } from './versions.ts';

it('has each version once, the newest last, by number and not by letter', () => {
  const workers = ['0.10.0', '0.9.1', '0.10.0', '0.9.0'].map((version) => ({ version }));
  expect(versionsOf(workers)).toEqual(['0.9.0', '0.9.1', '0.10.0']);
});
