import { expect, it } from 'vitest';
import { parseSettings } from '../../../config/env.ts';
import { describeNextRun } from './nextRun.ts';

const now = new Date('2026-11-27T13:20:00Z');

it.each<[Record<string, string>, string | null]>([
  [{}, '2026-11-27T14:00:00Z (0 * * * *, UTC)'],
  [
    { USER_DATA_SCHEDULE: '0 9 * * *', TIMEZONE: 'Europe/Berlin' },
    '2026-11-28T09:00:00+01:00 (0 9 * * *, Europe/Berlin)',
  ],
  [{ DAILY_UPDATES: 'true' }, '2026-11-27T14:00:00Z (0 * * * *, UTC)'],
  [{ BACKGROUND_JOBS_ENABLED: 'false' }, null],
  [{ PROCESS_USER_DATA: 'false' }, null],
])('under %j the next run is due at %s', (settings, told) => {
  expect(describeNextRun(parseSettings(settings), now)).toBe(told);
});
