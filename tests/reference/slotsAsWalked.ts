import { expect } from 'vitest';
import { nextSlot } from '../../server/Services/BackgroundJobs/scheduling/slots.ts';
import { type Span, walk } from './wallClockWalk.ts';

/** Both hemispheres, a change at midnight UTC and one at midnight there, one by half an hour. */
export const CHANGING_ZONES = [
  ...['America/New_York', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe'],
] as const;

const ASKED = [
  { expression: '0 * * * *', asked: { everyMinutes: 60 } },
  { expression: '30 2 * * *', asked: { minuteOfDay: 150 } },
  { expression: '*/15 * * * *', asked: { everyMinutes: 15 } },
];

/** Holds the slots of three kinds of expression to those of a walk through the span. */
export function expectSlotsAsWalked(timezone: string, span: Span): void {
  const asked = ASKED.map((each) => each.asked);
  const walked = walk(asked, timezone, span);
  const days = Math.floor((span.to.getTime() - span.from.getTime()) / 86_400_000);
  for (const [position, { expression }] of ASKED.entries()) {
    const timetable = { expression, timezone };
    const slots: number[] = [];
    let slot = nextSlot(timetable, span.from);
    while (slot !== null && slot <= span.to) {
      slots.push(slot.getTime());
      slot = nextSlot(timetable, slot);
    }
    // A span whose day the clocks shorten may hold one slot of a named time less.
    expect(slots.length).toBeGreaterThanOrEqual(days - 1);
    expect(slots).toEqual(walked[position]);
  }
}
