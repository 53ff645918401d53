import { expect, it } from 'vitest';
import { calendarDays, isoWeek, lastDue } from './localTimes.ts';

const at = (text: string) => new Date(text);
const span = (from: string, until: string) => ({ from: at(from), until: at(until) });

it.each([
  ['Europe/Berlin', '2026-03-23T07:00:00Z'],
  // A week later summer time has begun.
  ['Europe/Berlin', '2026-03-30T06:00:00Z'],
  ['Asia/Kathmandu', '2026-03-30T02:15:00Z'],
])('finds Monday at eight in %s', (zone, due) => {
  const quarter = new Date(at(due).getTime() - 900_000).toISOString();
  expect(lastDue('0 8 * * 1', zone, span(quarter, due))).toEqual(at(due));
  expect(lastDue('0 8 * * 1', zone, span(due, '2026-04-01T00:00:00Z'))?.getTime() ?? 0).not.toBe(
    at(due).getTime(),
  );
});

it('names the ISO week of the zone', () => {
  expect(isoWeek(at('2026-12-31T23:30:00Z'), 'UTC')).toBe('2026-W53');
  expect(isoWeek(at('2027-01-03T23:30:00Z'), 'Asia/Tokyo')).toBe('2027-W01');
});

it('counts days of the calendar, also over a change of the clocks', () => {
  const days = (from: string, to: string) => calendarDays(at(from), at(to), 'Europe/Berlin');
  expect(days('2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z')).toBe(1);
  expect(days('2026-10-24T07:00:00Z', '2026-10-25T22:00:00Z')).toBe(1);
  expect(days('2026-10-22T07:00:00Z', '2026-10-25T22:59:00Z')).toBe(3);
});
