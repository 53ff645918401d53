import { expect, it } from 'vitest';
import { type JobSearch, searchFilter } from './jobSearch.ts';

const known = {
  findUserId: async (reference: string) => (reference === '000004' ? 'a-user' : null),
  kinds: [
    { kind: 'post-webhook', queue: { name: 'webhooks', concurrency: () => 1 } },
    { kind: 'notice-webhook', queue: { name: 'webhooks', concurrency: () => 1 } },
  ],
};
const besides = (field: string, value: unknown) => ({ $nor: [{ [field]: { $ne: value } }] });
const anyState = { status: { $in: expect.arrayContaining(['completed', 'scheduled']) } };
const mayHaveError = { status: { $in: expect.not.arrayContaining(['completed']) } };

it.each<[string, JobSearch, unknown]>([
  ['nothing, by its state', {}, anyState],
  ['a state', { status: 'failed' }, { status: 'failed' }],
  [
    'a user, whatever else is asked for',
    { user: '000004', kind: 'post-webhook', status: 'failed', error: 'JOB_FAILED' },
    [
      { userId: 'a-user' },
      ...[besides('error.code', 'JOB_FAILED'), besides('kind', 'post-webhook')],
      besides('status', 'failed'),
    ],
  ],
  [
    'a run rather than an error',
    { error: 'JOB_FAILED', run: 'm-1' },
    [{ runId: 'm-1' }, besides('error.code', 'JOB_FAILED'), mayHaveError],
  ],
  [
    'an error rather than a kind',
    { kind: 'post-webhook', error: 'JOB_FAILED', status: 'failed' },
    [{ 'error.code': 'JOB_FAILED' }, besides('kind', 'post-webhook'), { status: 'failed' }],
  ],
  [
    'the kinds of a queue',
    { queue: 'webhooks' },
    [{ queue: 'webhooks', kind: { $in: ['post-webhook', 'notice-webhook'] } }, anyState],
  ],
  ['a queue that no kind has any more', { queue: 'gone' }, [{ queue: 'gone' }, anyState]],
])('is led by %s', async (_what, search, expected) => {
  const filters = Array.isArray(expected) ? { $and: expected } : expected;
  expect(await searchFilter(search, known)).toEqual(filters);
});

it('finds nothing for a user that is not there', async () => {
  expect(await searchFilter({ user: 'nobody' }, known)).toBeNull();
});
