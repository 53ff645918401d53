import { expect, it } from 'vitest';
import { paceOf } from './pace.ts';

it('says nothing of one sample, of two close together, and of a run that stands still', () => {
  expect(paceOf([], 10)).toBeNull();
  expect(paceOf([{ at: 0, ended: 5 }], 10)).toBeNull();
  expect(
    paceOf(
      [
        { at: 0, ended: 5 },
        { at: 1_000, ended: 50 },
      ],
      10,
    ),
  ).toBeNull();
  expect(
    paceOf(
      [
        { at: 0, ended: 5 },
        { at: 9_000, ended: 5 },
      ],
      10,
    ),
  ).toBeNull();
});

it('goes by the first sample and the last', () => {
  const samples = [
    { at: 10_000, ended: 100 },
    { at: 11_000, ended: 500 },
    { at: 15_000, ended: 600 },
  ];
  expect(paceOf(samples, 1_000)).toEqual({ perSecond: 100, leftMs: 10_000 });
});
