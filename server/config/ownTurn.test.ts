import { expect, it } from 'vitest';
import { ownTurn } from './ownTurn.ts';

it('gives a turn of the event loop to each who waits, and lets others have theirs between', async () => {
  let turn = 0;
  const counting = () => {
    turn += 1;
    next = setImmediate(counting);
  };
  let next = setImmediate(counting);
  const had = await Promise.all(
    Array.from({ length: 8 }, async () => {
      await ownTurn();
      return turn;
    }),
  );
  clearImmediate(next);
  expect(new Set(had).size).toBe(8);
});
