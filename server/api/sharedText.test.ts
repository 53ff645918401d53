import { expect, it, vi } from 'vitest';
import { sharedText } from './sharedText.ts';

it('writes an answer once for all who are given it, and another one anew', () => {
  const write = vi.fn((answer: object) => JSON.stringify(answer));
  const [first, same] = [{ asOf: 1 }, { asOf: 1 }];
  const texts = [first, first, same, first].map((answer) =>
    sharedText(answer, () => write(answer)),
  );
  expect(texts).toEqual(Array(4).fill('{"asOf":1}'));
  expect(write.mock.calls).toEqual([[first], [same]]);
});
