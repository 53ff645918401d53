import { describe, expect, it } from 'vitest';
import { gather } from './gather.ts';

/** A batch function whose batches end when the test says so. */
function controlled(maxBatchSize = 100) {
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const seen = { next: () => {} };
  const ask = gather<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) =>
          error === undefined ? resolve(items.map((item) => item * 10)) : reject(error);
        batches.push({ items, end });
        seen.next();
      }),
    maxBatchSize,
  );
  async function batch(position: number) {
    while (batches[position] === undefined) {
      await new Promise<void>((resolve) => {
        seen.next = resolve;
      });
    }
    return batches[position];
  }
  return { ask, batch, batches };
}

describe('gather', () => {
  it('sends at once what comes when it is quiet', async () => {
    const { ask, batch } = controlled();
    const answer = ask(1);
    (await batch(0)).end();
    expect(await answer).toBe(10);
  });

  it('gathers into one batch what is asked while another is under way', async () => {
    const { ask, batch, batches } = controlled();
    const first = ask(1);
    const running = await batch(0);
    const others = [ask(2), ask(3), ask(4)];
    await new Promise(setImmediate);
    expect(batches).toHaveLength(1);
    running.end();
    const second = await batch(1);
    expect(second.items).toEqual([2, 3, 4]);
    second.end();
    expect(await Promise.all([first, ...others])).toEqual([10, 20, 30, 40]);
  });

  it('never has two batches under way, nor one above the size allowed', async () => {
    const { ask, batch, batches } = controlled(2);
    const answers = [1, 2, 3, 4, 5].map(ask);
    for (const [position, items] of [[1, 2], [3, 4], [5]].entries()) {
      const current = await batch(position);
      await new Promise(setImmediate);
      expect(batches).toHaveLength(position + 1);
      expect(current.items).toEqual(items);
      current.end();
    }
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  });

  it('gives a failed batch to its own callers, and goes on', async () => {
    const { ask, batch } = controlled();
    const failing = [ask(1), ask(2)];
    const outcomes = Promise.allSettled(failing);
    const running = await batch(0);
    const next = ask(3);
    running.end(new Error('away'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    (await batch(1)).end();
    expect(await next).toBe(30);
  });

  it('gives an error in one place to that caller alone', async () => {
    const ask = gather<number, number>(
      async (items) => items.map((item) => (item < 0 ? new Error(`no ${item}`) : item)),
      100,
    );
    const [good, bad] = await Promise.allSettled([ask(1), ask(-1)]);
    expect(good).toEqual({ status: 'fulfilled', value: 1 });
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'no -1' } });
  });
});
