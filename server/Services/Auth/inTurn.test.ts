import { expect, it } from 'vitest';
import { inTurn } from './inTurn.ts';

it('runs so many at once, the others in their order, and refuses what is too much', async () => {
  const turn = inTurn({ atOnce: 2, waiting: 2 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) =>
    turn(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (n === 0) throw new Error('its own');
      return n;
    });
  const works = [0, 1, 2, 3, 4].map((n) => work(n).catch((error: Error) => error.message));
  expect(begun).toEqual([0, 1]);
  expect(await works[4]).toMatch(/Too many logins/);
  ends[0]?.();
  expect(await works[0]).toBe('its own');
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  ends[1]?.();
  await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect(await Promise.all(works.slice(1, 4))).toEqual([1, 2, 3]);
  const later = work(5);
  await expect.poll(() => begun.at(-1)).toBe(5);
  ends[4]?.();
  expect(await later).toBe(5);
});
