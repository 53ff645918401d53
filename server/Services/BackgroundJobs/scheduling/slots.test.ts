import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nextSlot, slotsBetween } from './slots.ts';

const hourly = { expression: '0 * * * *', timezone: 'UTC' };
const at = (iso: string) => new Date(iso);
const iso = (slots: readonly Date[]) => slots.map((slot) => slot.toISOString().slice(0, 16));

describe('slots', () => {
  it('come after an instant, never at it', () => {
    expect(nextSlot(hourly, at('2026-11-22T11:00:00Z'))).toEqual(at('2026-11-22T12:00:00Z'));
    expect(nextSlot(hourly, at('2026-11-22T11:00:00.001Z'))).toEqual(at('2026-11-22T12:00:00Z'));
  });

  it('between two instants include the later, not the earlier', () => {
    const slots = slotsBetween(hourly, at('2026-11-22T09:00:00Z'), at('2026-11-22T11:00:00Z'), 10);
    expect(iso(slots)).toEqual(['2026-11-22T10:00', '2026-11-22T11:00']);
    expect(
      slotsBetween(hourly, at('2026-11-22T11:00:00Z'), at('2026-11-22T11:59:59Z'), 10),
    ).toEqual([]);
  });

  it('of a long silence are the newest', () => {
    const slots = slotsBetween(hourly, at('2020-01-01T00:00:00Z'), at('2026-11-22T11:30:00Z'), 2);
    expect(iso(slots)).toEqual(['2026-11-22T10:00', '2026-11-22T11:00']);
  });

  it('hourly in Berlin: none is lost or doubled when the clocks change', () => {
    const berlin = { ...hourly, timezone: 'Europe/Berlin' };
    // Spring forward at 01:00Z, back at 01:00Z: each UTC hour is one slot all the same.
    const spring = slotsBetween(berlin, at('2026-03-28T23:30:00Z'), at('2026-03-29T03:30:00Z'), 10);
    expect(iso(spring).map((slot) => slot.slice(11))).toEqual(['00:00', '01:00', '02:00', '03:00']);
    const autumn = slotsBetween(berlin, at('2026-10-24T23:30:00Z'), at('2026-10-25T03:30:00Z'), 10);
    expect(iso(autumn).map((slot) => slot.slice(11))).toEqual(['00:00', '01:00', '02:00', '03:00']);
  });

  it('daily in Berlin follow the wall clock over the change', () => {
    const daily = { expression: '0 9 * * *', timezone: 'Europe/Berlin' };
    const slots = slotsBetween(daily, at('2026-03-27T12:00:00Z'), at('2026-03-30T12:00:00Z'), 10);
    expect(iso(slots)).toEqual(['2026-03-28T08:00', '2026-03-29T07:00', '2026-03-30T07:00']);
    expect(nextSlot(daily, at('2026-10-24T12:00:00Z'))).toEqual(at('2026-10-25T08:00:00Z'));
  });
});

interface Reported {
  expression: string;
  timezone: string;
  from: string;
  expected: string[];
  where: string;
}

/** What people reported of various cron libraries, with the instants that are right. */
const reported = readFileSync(
  new URL('../../../../tests/reference/cron-cases.tsv', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line): Reported => {
    const [expression = '', timezone = '', from = '', expected = '', where = ''] = line.split('\t');
    return { expression, timezone, from, expected: expected.split(','), where };
  });

describe('a case that somebody reported', () => {
  it.each(reported)('$expression in $timezone after $from ($where)', (each) => {
    const slots: string[] = [];
    for (let after = each.from; slots.length < each.expected.length; ) {
      after = nextSlot(each, at(after))?.toISOString() ?? 'never';
      slots.push(after.replace('.000Z', 'Z'));
    }
    expect(slots).toEqual(each.expected);
  });
});

describe('when the clocks change', () => {
  const newYork = (expression: string) => ({ expression, timezone: 'America/New_York' });
  const spring = [at('2026-03-08T05:00:00Z'), at('2026-03-08T12:00:00Z')] as const;
  const autumn = [at('2026-11-01T04:30:00Z'), at('2026-11-01T10:30:00Z')] as const;
  const within = (expression: string, [from, to]: readonly [Date, Date]) =>
    iso(slotsBetween(newYork(expression), from, to, 50)).map((slot) => slot.slice(11));

  it('each of several named times fires once, together where the gap ends', () => {
    expect(within('0,30 2 * * *', spring)).toEqual(['07:00']);
    expect(within('0 2,3,7 * * *', spring)).toEqual(['07:00', '11:00']);
    expect(within('0,30 1 * * *', autumn)).toEqual(['05:00', '05:30']);
    expect(within('30 1,2 * * *', autumn)).toEqual(['05:30', '07:30']);
  });

  it('what names all hours keeps to real time, as if it said *', () => {
    for (const change of [spring, autumn]) {
      expect(within('0 0-23 * * *', change)).toEqual(within('0 * * * *', change));
    }
    expect(within('0 0-23 * * *', autumn)).toHaveLength(6);
  });
});

describe('an expression', () => {
  const next = (expression: string, after = '2026-01-01T00:00:00Z') =>
    nextSlot({ expression, timezone: 'UTC' }, at(after))?.toISOString() ?? null;

  it('may be a name, and may have seconds and years', () => {
    expect(next('@daily')).toBe('2026-01-02T00:00:00.000Z');
    expect(next('*/10 * * * * *')).toBe('2026-01-01T00:00:10.000Z');
    expect(next('0 0 0 1 1 * 2030')).toBe('2030-01-01T00:00:00.000Z');
    expect(next('0 0 29 2 *', '2026-03-01T00:00:00Z')).toBe('2028-02-29T00:00:00.000Z');
  });

  it.each([
    { never: '0 0 30 2 *', because: 'no February has a 30th' },
    { never: '0 0 0 1 1 * 1999', because: 'that year is over' },
  ])('that never fires has no next slot: $because', ({ never }) => {
    expect(next(never)).toBeNull();
    expect(
      slotsBetween(
        { expression: never, timezone: 'UTC' },
        at('2026-01-01T00:00:00Z'),
        at('2027-01-01T00:00:00Z'),
        5,
      ),
    ).toEqual([]);
  });

  it.each([
    { bad: '0 0 1--100000000 * *', says: /illegal range/ },
    { bad: '0 0 1-100000000 * *', says: /Invalid value for day/ },
    { bad: '0 0 */100000000 * *', says: /steps cannot be greater/ },
    { bad: `0 0 ${'1,'.repeat(1_000_000)}1 * *`, says: /at most 200 characters/ },
    { bad: '2030-01-01T00:00:00Z', says: /five, six, or seven/ },
    { bad: '60 * * * *', says: /"60 \* \* \* \*" is not a cron expression .*minute/ },
    { bad: '', says: /is not a cron expression/ },
  ])('that is no use is refused at once and in words: $says', ({ bad, says }) => {
    const began = performance.now();
    expect(() => next(bad)).toThrow(says);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('all of whose times fall into a gap costs no more than the next eight years', () => {
    const gapOnly = { expression: '* * 2 * 3 0#2', timezone: 'America/New_York' };
    const began = performance.now();
    expect(nextSlot(gapOnly, at('2026-01-01T00:00:00Z'))).toBeNull();
    expect(performance.now() - began).toBeLessThan(10_000);
  }, 20_000);

  it('in no known time zone is refused', () => {
    expect(() => nextSlot({ ...hourly, timezone: 'Mars/Olympus' }, new Date())).toThrow(
      '"Mars/Olympus" is not a time zone of the IANA database',
    );
  });
});
