import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readNewestFirst, type Window } from './newestFirst.ts';

const NOW = new Date('2026-11-27T12:00:00Z');
const DAY_MS = 86_400_000;

interface Doc {
  _id: string;
  queuedAt: Date;
}

/** Reads from these records as a database would; notes how many it had to sort, and how often it was asked. */
function database(docs: readonly Doc[]) {
  const sorted: number[] = [];
  let asked = 0;
  function within({ queuedAt = {}, $nor }: Window): Doc[] {
    const { $gte, $lt, $lte } = queuedAt;
    asked += 1;
    return docs.filter(
      ({ _id, queuedAt: at }) =>
        !($gte && at < $gte) &&
        !($lt && at >= $lt) &&
        !($lte && at > $lte) &&
        !($nor && +at === +$nor[0].queuedAt && _id >= $nor[0]._id.$gte),
    );
  }
  return {
    sorted,
    asked: () => asked,
    howMany: async (window: Window, most: number) => Math.min(most, within(window).length),
    async read(window: Window, limit: number) {
      const found = within(window);
      sorted.push(found.length);
      return found.sort(newestFirst).slice(0, limit);
    },
  };
}

function newestFirst(left: Doc, right: Doc): number {
  return +right.queuedAt - +left.queuedAt || (left._id < right._id ? 1 : -1);
}

/** All pages, one after another. */
async function readAll(docs: readonly Doc[], count: number, likely?: number[]): Promise<Doc[]> {
  const all: Doc[] = [];
  for (let position: Doc | null = null; ; position = all.at(-1) ?? null) {
    const wanted = { position, count, ...(likely && { likely }) };
    const page: Doc[] = await readNewestFirst(wanted, database(docs), NOW);
    all.push(...page);
    if (page.length < count) return all;
  }
}

it('reads all there are, each once and in order, whenever they were queued', async () => {
  const ages = fc.array(fc.integer({ min: -60_000, max: 400 * DAY_MS }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      ages,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      // Right or wrong, and in any order.
      fc.array(fc.integer({ min: 0, max: +NOW + DAY_MS }), { maxLength: 3 }),
      async (agesMs, count, isCrowded, likely) => {
        const few = agesMs.map((ageMs, number) => ({
          _id: `job-${number}`,
          // Several of one instant.
          queuedAt: new Date(Math.floor((+NOW - ageMs) / 7_000) * 7_000),
        }));
        const docs = isCrowded ? [...few, ...burst(1_100, few[0]?.queuedAt ?? NOW)] : few;
        expect(await readAll(docs, isCrowded ? 400 : count, likely)).toEqual(
          [...docs].sort(newestFirst),
        );
      },
    ),
    { numRuns: 60 },
  );
});

/** Records of one second, five of them in each millisecond. */
function burst(records: number, at: Date): Doc[] {
  return Array.from({ length: records }, (_, number) => ({
    _id: `burst-${number}`,
    queuedAt: new Date(+at + Math.floor(number / 5)),
  }));
}

it('has few records sorted, with a run of 20,000 in each of twenty hours', async () => {
  const docs = Array.from({ length: 20 }, (_, hour) =>
    burst(20_000, new Date(+NOW - (hour + 0.5) * 3_600_000)),
  ).flat();
  const { sorted, asked, ...look } = database(docs);
  const page = await readNewestFirst({ position: null, count: 50 }, look, NOW);
  expect(page).toHaveLength(50);
  expect(sorted.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(500);
  expect(asked()).toBeLessThan(25);
});

it('asks twice where it is told when the page ended before, however long ago', async () => {
  const docs = burst(20_000, new Date(+NOW - 9 * DAY_MS));
  const end = docs.at(-100)?.queuedAt ?? NOW;
  const { asked, ...look } = database(docs);
  const page = await readNewestFirst({ position: null, count: 51, likely: [+end] }, look, NOW);
  expect(page).toEqual(docs.toSorted(newestFirst).slice(0, 51));
  expect(asked()).toBe(2);
});

it('asks less than half as often for the end of a run of 20,000, when it is told when that ran', async () => {
  const startedAt = new Date(+NOW - 20 * 3_600_000);
  const docs = burst(20_000, startedAt);
  const [told, untold] = [database(docs), database(docs)];
  const likely = [+startedAt + 40_000, +startedAt, 0];
  const page = await readNewestFirst({ position: null, count: 51, likely }, told, NOW);
  expect(page).toEqual(await readNewestFirst({ position: null, count: 51 }, untold, NOW));
  expect(told.asked()).toBeLessThan(untold.asked() / 2);
});

it('asks twice for all that there is, when it is told that it is little', async () => {
  const { asked, ...look } = database(burst(40, new Date(+NOW - 90 * DAY_MS)));
  expect(await readNewestFirst({ position: null, count: 51, likely: [0] }, look, NOW)).toHaveLength(
    40,
  );
  expect(asked()).toBe(2);
});

it('asks twice where the newest are few', async () => {
  const { asked, ...look } = database(burst(400, NOW));
  expect(await readNewestFirst({ position: null, count: 50 }, look, NOW)).toHaveLength(50);
  expect(asked()).toBe(2);
});

it('reads a page out of more records of one instant than are few', async () => {
  const docs = burst(3_000, NOW).map((doc) => ({ ...doc, queuedAt: NOW }));
  expect(await readAll(docs, 500)).toEqual([...docs].sort(newestFirst));
});
