import { expect, it } from 'vitest';
import { addDays, daysBetween } from './days.ts';

it('counts days over months, leap days and years', () => {
  expect(daysBetween('2012-02-28', '2012-03-01')).toBe(2);
  expect(daysBetween('2013-01-01', '2012-12-31')).toBe(-1);
  expect(addDays('2012-02-28', 2)).toBe('2012-03-01');
  expect(addDays('2013-01-01', -1)).toBe('2012-12-31');
});
