import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readNewestRuns } from './newestRuns.ts';

/** Reads from runs of these numbers as a database would; notes what it had to sort. */
function database(numbers: readonly number[]) {
  const looks: number[] = [];
  async function read({ $gte = -Infinity, $lt = Infinity }, limit: number): Promise<number[]> {
    const found = numbers.filter((number) => number >= $gte && number < $lt);
    looks.push(found.length);
    return found.sort((a, b) => b - a).slice(0, limit);
  }
  return { read, looks };
}

it('reads all runs, each once and in order, however their numbers lie', async () => {
  const some = fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(some, fc.integer({ min: 1, max: 7 }), async (numbers, count) => {
      const { read } = database(numbers);
      const all: number[] = [];
      for (let before: number | null = null; ; ) {
        const page: number[] = await readNewestRuns(
          { before, last: Math.max(0, ...numbers), count },
          read,
        );
        all.push(...page);
        if (page.length < count) break;
        before = page.at(-1) ?? null;
      }
      expect(all).toEqual([...numbers].sort((a, b) => b - a));
    }),
  );
});

it('has the database sort some of the newest, with a run each minute of a year', async () => {
  const numbers = Array.from({ length: 365 * 24 * 60 }, (_, minute) => minute + 1);
  const { read, looks } = database(numbers);
  await readNewestRuns({ before: null, last: numbers.length, count: 51 }, read);
  expect(looks).toEqual([64]);
});

it('finds runs of which the sequence knows nothing, as after a restore of the runs alone', async () => {
  const { read } = database([1_000, 2_000]);
  expect(await readNewestRuns({ before: null, last: 0, count: 2 }, read)).toEqual([2_000, 1_000]);
});
