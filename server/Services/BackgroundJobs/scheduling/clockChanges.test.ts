import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANGING_ZONES, expectSlotsAsWalked } from '../../../../tests/reference/slotsAsWalked.ts';
import { clockChanges } from '../../../../tests/reference/wallClockWalk.ts';
import { nextSlot, slotsBetween } from './slots.ts';

const DAY_MS = 86_400_000;
const YEARS = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2028-01-01T00:00:00Z') };

describe('around each clock change of two years', () => {
  it.each(CHANGING_ZONES)(
    'the slots in %s are those of a walk, minute by minute',
    (timezone) => {
      const changes = clockChanges(timezone, YEARS);
      expect(changes).toHaveLength(4);
      for (const change of changes) {
        expectSlotsAsWalked(timezone, {
          from: new Date(change.getTime() - 2 * DAY_MS),
          to: new Date(change.getTime() + 2 * DAY_MS),
        });
      }
    },
    60_000,
  );
});

/** Instants within four days of a change of one of the zones. */
const nearChange = fc
  .record({
    change: fc.constantFrom(
      ...['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z', '2026-03-29T01:00:00Z'],
      ...['2026-10-25T01:00:00Z', '2026-04-04T15:00:00Z', '2026-10-03T15:30:00Z'],
    ),
    offsetMs: fc.integer({ min: -4 * 86_400_000, max: 4 * 86_400_000 }),
  })
  .map(({ change, offsetMs }) => new Date(Date.parse(change) + offsetMs));

const field = (max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: 2, max: 30 }).map((step) => `*/${Math.min(step, max)}`),
    fc.integer({ min: 0, max }).map(String),
    fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 2, maxLength: 4 }).map(String),
    fc.constant(`0-${max}`),
  );
const timetable = fc.record({
  expression: fc
    .record({ minute: field(59), hour: field(23), day: fc.constantFrom('*', '*', '*/2') })
    .map(({ minute, hour, day }) => `${minute} ${hour} ${day} * *`),
  timezone: fc.constantFrom(...CHANGING_ZONES),
});

it('finds backwards the same slots as forwards, whatever the expression', () => {
  fc.assert(
    fc.property(timetable, nearChange, (drawn, from) => {
      const to = new Date(from.getTime() + 36 * 3_600_000);
      const forwards: Date[] = [];
      let slot = nextSlot(drawn, from);
      while (slot !== null && slot <= to && forwards.length < 150) {
        forwards.push(slot);
        slot = nextSlot(drawn, slot);
      }
      const end = forwards.length < 150 ? to : (forwards.at(-1) ?? to);
      expect(slotsBetween(drawn, from, end, 1_000)).toEqual(forwards);
    }),
    { numRuns: 100 },
  );
}, 60_000);
