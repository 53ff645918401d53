import { expect, it } from 'vitest';
import { readSearch, withWord } from './search.ts';

it('reads words with a colon, and a word alone as an id', () => {
  expect(readSearch(' user:00004  status:failed ')).toEqual({
    params: { user: '00004', status: 'failed' },
    unknown: null,
  });
  expect(readSearch('user-data-hourly-20261122T110000Z').params).toEqual({
    id: 'user-data-hourly-20261122T110000Z',
  });
});

it('keeps colons of values, ignores words without one, and names what it does not know', () => {
  expect(readSearch('key:invoice:2026 run:').params).toEqual({ key: 'invoice:2026' });
  expect(readSearch('colour:red status:failed')).toEqual({
    params: { status: 'failed' },
    unknown: 'colour:red',
  });
});

it('changes one word and leaves the others', () => {
  expect(withWord('user:00004 status:failed', 'status', 'active')).toBe('user:00004 status:active');
  expect(withWord('user:00004 status:failed', 'status', undefined)).toBe('user:00004');
});
