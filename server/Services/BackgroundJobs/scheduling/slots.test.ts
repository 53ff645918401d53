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
