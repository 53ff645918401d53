import { describe, expect, it } from 'vitest';
import { dayNumber, dayStart, endOfDay } from './utcDay.ts';

describe('UTC days', () => {
  it('counts whole days, whatever the time of day', () => {
    const first = dayNumber(new Date('1997-01-01T23:59:59.999Z'));
    const last = dayNumber(new Date('1997-09-30T00:00:00Z'));
    expect(last - first).toBe(272);
  });

  it('counts days before 1970 as well', () => {
    expect(dayNumber(new Date('1969-12-31T12:00:00Z'))).toBe(-1);
  });

  it('ends a day where the next begins, leap days too', () => {
    expect(endOfDay('1996-02-28')).toEqual(dayStart('1996-02-29'));
    expect(endOfDay('1997-02-28')).toEqual(dayStart('1997-03-01'));
  });
});
