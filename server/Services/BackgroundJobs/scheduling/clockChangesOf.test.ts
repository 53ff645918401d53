import { describe, expect, it } from 'vitest';
import { clockChangesOf, describeClockChange } from './clockChanges.ts';

const [from, to] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')];
const told = (expression: string, timezone: string) =>
  clockChangesOf({ expression, timezone }, from, to).map((each) =>
    describeClockChange(each, { timezone, overlap: 'skip' }),
  );

describe('the rehearsal of clock changes', () => {
  it('finds nothing in UTC, nor at an hour that no change touches', () => {
    expect(told('30 2 * * *', 'UTC')).toEqual([]);
    expect(told('0 8 * * 1', 'Europe/Berlin')).toEqual([]);
  });

  it('finds a time that is moved out of the gap, in the night it happens', () => {
    expect(told('30 2 * * *', 'Europe/Berlin')).toEqual([
      '2026-03-29: the clocks go forward by 60 minutes. What is due at 02:30:00 fires at 03:00:00.',
    ]);
  });

  it('finds the hour that is missing and the one that comes twice, with the policy', () => {
    expect(told('0 * * * *', 'America/New_York')).toEqual([
      '2026-03-08: the clocks go forward by 60 minutes. It does not fire at 02:00:00: those times do not exist, and nothing is owed.',
      '2026-11-01: the clocks go back by 60 minutes. It fires twice at 01:00:00, an hour apart in real time. If the first is still open then, the second begins nothing (overlap: skip).',
    ]);
  });

  it('knows a change of half an hour', () => {
    const [autumn, spring] = clockChangesOf(
      { expression: '*/15 * * * *', timezone: 'Australia/Lord_Howe' },
      from,
      to,
    );
    expect(autumn).toMatchObject({ minutes: -30, twice: ['01:30:00', '01:45:00'], missing: [] });
    expect(spring).toMatchObject({ minutes: 30, missing: ['02:00:00', '02:15:00'], twice: [] });
  });
});
