import { expect, it } from 'vitest';
import { foldActions } from './foldActions.ts';

const entry = {
  at: new Date('2026-11-28T03:00:00Z'),
  ...{ email: 'ann@example.com', accountId: 'a', action: 'POST /x', summary: 'Do' },
  about: {},
  counts: {},
};

it('makes one line of a job after another, without figures that are no sums', () => {
  const earlier = new Date('2026-11-28T02:00:00Z');
  const folded = foldActions([
    { ...entry, about: { jobId: 'b', note: 'x' }, counts: { generation: 3 } },
    { ...entry, at: earlier, about: { jobId: 'a', note: 'x' }, counts: { generation: 2 } },
  ]);
  expect(folded).toEqual([
    {
      ...{ what: 'action', at: entry.at, by: 'ann@example.com', action: 'POST /x', summary: 'Do' },
      ...{ about: { note: 'x' }, counts: {}, times: 2 },
    },
  ]);
});

it('makes one line of many orders, and names the order where there is one', () => {
  const order = (orderId: string) => ({ ...entry, about: { orderId, customerId: 'RATTC' } });
  const lines = foldActions([order('2'), order('1')]);
  expect(lines).toMatchObject([{ times: 2 }]);
  expect(lines[0]?.about).toEqual({});
  expect(foldActions([order('1')])).toMatchObject([{ about: { orderId: '1' } }]);
});

it('sums what was done in steps, and says the last figures that were asked for', () => {
  const [line, ...others] = foldActions([
    { ...entry, about: { code: 'E', limit: 3 }, counts: { retried: 3 } },
    { ...entry, about: { code: 'E', limit: 20 }, counts: { retried: 20, skipped: 1 } },
  ]);
  expect(others).toEqual([]);
  expect(line).toMatchObject({
    ...{ times: 2, about: { code: 'E', limit: 3 }, counts: { retried: 23, skipped: 1 } },
  });
});

it('keeps apart who did it, what, and to what; a key has its id for a name', () => {
  const folded = foldActions([
    { ...entry, about: { queue: 'a' } },
    { ...entry, about: { queue: 'b' } },
    { ...entry, action: 'POST /y', about: { queue: 'a' } },
    { ...entry, email: '', accountId: 'api-key', about: { queue: 'a' } },
  ]);
  expect(folded.map(({ by, times }) => [by, times])).toEqual([
    ['ann@example.com', 1],
    ['ann@example.com', 1],
    ['ann@example.com', 1],
    ['api-key', 1],
  ]);
});
