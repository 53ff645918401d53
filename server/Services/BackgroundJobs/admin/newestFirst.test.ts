import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readNewestFirst, type Window } from './newestFirst.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
const DAY_MS = 86_400_000;

interface Doc {
  _id: string;
  queuedAt: Date;
}

/** Reads from these records as a database would; counts what it had to sort. */
function database(docs: readonly Doc[]) {
  const looks: number[] = [];
  async function read({ queuedAt: within = {}, $nor }: Window, limit: number): Promise<Doc[]> {
    const { $gte, $lt, $lte } = within;
    const found = docs.filter(
      ({ _id, queuedAt }) =>
        !($gte && queuedAt < $gte) &&
        !($lt && queuedAt >= $lt) &&
        !($lte && queuedAt > $lte) &&
        !($nor && +queuedAt === +$nor[0].queuedAt && _id >= $nor[0]._id.$gte),
    );
    looks.push(found.length);
    return found.sort(newestFirst).slice(0, limit);
  }
  return { read, looks };
}

function newestFirst(left: Doc, right: Doc): number {
  return +right.queuedAt - +left.queuedAt || (left._id < right._id ? 1 : -1);
}

it('reads all there are, each once and in order, whenever they were queued', async () => {
  const ages = fc.array(fc.integer({ min: -60_000, max: 400 * DAY_MS }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(ages, fc.integer({ min: 1, max: 7 }), async (agesMs, count) => {
      const docs = agesMs.map((ageMs, number) => ({
        _id: `job-${number}`,
        // Several of one instant.
        queuedAt: new Date(Math.floor((+NOW - ageMs) / 7_000) * 7_000),
      }));
      const { read } = database(docs);
      const all: Doc[] = [];
      for (let position: Doc | null = null; ; ) {
        const page: Doc[] = await readNewestFirst({ position, count, among: 'many' }, read, NOW);
        all.push(...page);
        if (page.length < count) break;
        position = page.at(-1) ?? null;
      }
      expect(all).toEqual([...docs].sort(newestFirst));
    }),
  );
});

it('has the database sort what was queued of late, with a run each minute of a month', async () => {
  const docs = Array.from({ length: 30 * 24 * 60 }, (_, minute) => ({
    _id: `job-${minute}`,
    queuedAt: new Date(+NOW - minute * 60_000),
  }));
  const { read, looks } = database(docs);
  await readNewestFirst({ position: null, count: 50, among: 'many' }, read, NOW);
  expect(looks.reduce((sum, sorted) => sum + sorted, 0)).toBeLessThan(50 * 6);
});

it('asks once where few are looked among', async () => {
  const { read, looks } = database([]);
  await readNewestFirst({ position: null, count: 50, among: 'few' }, read, NOW);
  expect(looks).toEqual([0]);
});
