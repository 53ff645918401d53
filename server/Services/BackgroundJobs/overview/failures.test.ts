import { expect, it } from 'vitest';
import { groupByCause, withoutIds } from './failures.ts';

it.each([
  ['The work took longer than 30 s.', 'The work took longer than N s.'],
  ['User 6561f0c2a4d3e5f6a7b8c9d0 is gone', 'User … is gone'],
  ['job 3f2c1e1a-0c1d-4b6e-9f00-aa11bb22cc33 lost', 'job … lost'],
  ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED N'],
  ['no column "score" in "users"', 'no column "…" in "…"'],
  ['defaced', 'defaced'],
])('%s is of one cause with what differs in ids and numbers alone', (message, text) => {
  expect(withoutIds(message)).toBe(text);
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 11, 0, second));

function failed(_id: string, code: string, message: string, userId: string | null, second: number) {
  return { _id, error: { code, message }, userId, queuedAt: at(0), finishedAt: at(second) };
}

it('groups by code, counts users once, and shows the commonest texts with an example', () => {
  const groups = groupByCause([
    failed('a', 'JOB_FAILED', 'user 1 is gone', 'u1', 9),
    failed('b', 'DEADLINE_EXCEEDED', 'longer than 30 s', 'u1', 8),
    failed('c', 'DEADLINE_EXCEEDED', 'longer than 60 s', 'u1', 7),
    failed('d', 'DEADLINE_EXCEEDED', 'killed', null, 3),
  ]);
  expect(groups).toEqual([
    {
      code: 'DEADLINE_EXCEEDED',
      jobs: 3,
      users: 1,
      firstAt: at(3),
      lastAt: at(8),
      texts: [
        { text: 'longer than N s', jobs: 2, example: 'b' },
        { text: 'killed', jobs: 1, example: 'd' },
      ],
    },
    {
      code: 'JOB_FAILED',
      jobs: 1,
      users: 1,
      firstAt: at(9),
      lastAt: at(9),
      texts: [{ text: 'user N is gone', jobs: 1, example: 'a' }],
    },
  ]);
});
