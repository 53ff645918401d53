import { describe, expect, it } from 'vitest';
import { isSuspicious } from './didNothing.ts';

describe('a slot that completed', () => {
  it.each([
    ['did nothing where the last four did something', 0, [3, 1, 4, 1], true],
    ['did something', 1, [3, 1, 4, 1], false],
    ['is quiet at this hour now and then', 0, [3, 0, 4, 1], false],
    ['is too new to be compared', 0, [3, 1, 4], false],
  ])('%s', (_what, effects, comparable, suspicious) => {
    expect(isSuspicious(effects, comparable)).toBe(suspicious);
  });

  it('is told of once: with itself among the compared ones the next is quiet', () => {
    expect(isSuspicious(0, [0, 3, 1, 4])).toBe(false);
  });
});
