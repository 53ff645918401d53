import { expect, it } from 'vitest';
import { bounded } from './incidents.ts';
import type { Overview } from './overview.ts';

const at = new Date('2026-11-28T03:00:00Z');
const many = <Item>(item: Item) => Array.from({ length: 500 }, () => item);

it('is bounded, and names no user', () => {
  const overview = {
    ...{ asOf: at, redis: 'up', situations: [], runs: [] },
    ...{ queues: many({ queue: 'a' }), workers: many({ worker: 'w' }) },
    schedules: [{ schedule: 's', slots: Array.from({ length: 60 }, (_, slot) => ({ slot })) }],
  } as unknown as Overview;
  const group = {
    ...{ code: 'JOB_FAILED', jobs: 3, users: 2, firstAt: at, lastAt: at },
    texts: [{ text: 'ann@example.com is unknown', jobs: 3, example: 'user-data-r-1' }],
  };
  const kept = bounded(overview, many(group));
  expect(kept.queues).toHaveLength(100);
  expect(kept.workers).toHaveLength(100);
  expect(kept.schedules[0]?.slots).toEqual(overview.schedules[0]?.slots.slice(-12));
  expect(kept.failures).toHaveLength(10);
  expect(JSON.stringify(kept)).not.toMatch(/ann@|user-data-r/);
});
