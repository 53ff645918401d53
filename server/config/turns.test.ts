import { expect, it } from 'vitest';
import { turnsOf } from './turns.ts';

it('lets so many at a time, in order, and goes on after a failure', async () => {
  const takeTurn = turnsOf(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const all = [0, 1, 2, 3, 4].map((number) =>
    takeTurn(async () => {
      begun.push(number);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (number === 0) throw new Error('the first fails');
      return number;
    }),
  );
  const settled = Promise.allSettled(all);
  for (const together of [
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
    [0, 1, 2, 3, 4],
  ]) {
    await expect.poll(() => begun).toEqual(together);
    ends.shift()?.();
  }
  ends.shift()?.();
  const values = (await settled).map((each) => (each.status === 'fulfilled' ? each.value : 'no'));
  expect(values).toEqual(['no', 1, 2, 3, 4]);
  expect(await takeTurn(async () => 'again free')).toBe('again free');
});
