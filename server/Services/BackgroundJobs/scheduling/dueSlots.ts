import { shareOf } from '../../../config/shareOf.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import { nextSlot, slotsBetween } from './slots.ts';

/** How many slots are looked at one by one: after a long silence only the newest. */
const MAX_SLOTS = 200;

/** A slot, and when it is to begin: its own instant and the jitter. */
export interface DueSlot {
  readonly slot: Date;
  readonly dueAt: Date;
}

/** What a timetable asks of a span of time. */
export interface Due {
  /** Those to begin by now, oldest first. */
  readonly due: readonly DueSlot[];
  /** Those whose jitter is not over yet, oldest first. */
  readonly pending: readonly DueSlot[];
  /** The slots before the first of `due`, when they were too many to be listed. */
  readonly before: { readonly first: Date; readonly last: Date } | null;
}

/** The slots of a schedule after `from` that have come by `now`. */
export function dueSlots(schedule: ScheduleDefinition, from: Date, now: Date): Due {
  const passed = slotsBetween(schedule, from, now, MAX_SLOTS).map((slot) => ({
    slot,
    dueAt: new Date(slot.getTime() + jitterOf(schedule, slot)),
  }));
  return {
    due: passed.filter(({ dueAt }) => dueAt <= now),
    pending: passed.filter(({ dueAt }) => dueAt > now),
    before: passed.length < MAX_SLOTS ? null : slotsBefore(schedule, from, passed[0]),
  };
}

/** The same for a slot in every process, and spread evenly below `jitterMs`. */
function jitterOf({ name, jitterMs }: ScheduleDefinition, slot: Date): number {
  if (jitterMs === 0) return 0;
  return Math.floor(shareOf(`${name}@${slot.getTime()}`) * jitterMs);
}

function slotsBefore(
  schedule: ScheduleDefinition,
  from: Date,
  oldest: DueSlot | undefined,
): Due['before'] {
  const first = nextSlot(schedule, from);
  if (oldest === undefined || first === null || first >= oldest.slot) return null;
  const [last = first] = slotsBetween(schedule, from, new Date(oldest.slot.getTime() - 1), 1);
  return { first, last };
}
