import { count, many } from '../numbers.ts';

export const common = {
  cancel: 'Leave it',
  close: 'Close',
  none: '–',
  loading: 'Loading',
  more: 'Older',
  first: 'Back to the newest',
  note: 'Note, for those who find it',
  unknown: 'unknown',
  age: {
    now: 'just now',
    past: (age: string) => `${age} ago`,
    future: (age: string) => `in ${age}`,
  },
  /** The same, seen from a moment that has passed. */
  ageThen: {
    now: 'at that moment',
    past: (age: string) => `${age} before`,
    future: (age: string) => `${age} after`,
  },
  requestId: (id: string) => `Request ${id}`,
  noAnswer: 'The API gives no answer.',
  notFound: 'There is no such page.',
  toNow: 'Go to Now',
  jobs: (jobs: number) => many(jobs, 'job'),
  done: 'Done',
  csv: 'Save as CSV',
  saved: (rows: number) => `${many(rows, 'line')} saved.`,
  savedPart: (rows: number) => `The first ${count(rows)} lines are saved; there are more.`,
};
