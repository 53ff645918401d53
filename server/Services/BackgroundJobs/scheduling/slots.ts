import { cronAround, type Timetable } from '../../../config/timetable.ts';

/**
 * The first slot after an instant; null when none comes within eight years.
 *
 * When the clocks change, an expression that names its times (`30 2 * * *`, `0 2,14 * * *`) fires
 * once for each of them: right after the gap if the clocks skip it, the first time if it comes
 * twice. An expression with a wildcard or a step in its hours, minutes or seconds, or that names
 * all hours, keeps to real time: it fires at each instant whose wall clock matches.
 * @throws Error that says in one sentence what is wrong with the timetable.
 */
export function nextSlot(timetable: Timetable, after: Date): Date | null {
  return cronAround(timetable, after).nextRun(after);
}

/**
 * The first `count` slots after an instant; fewer when no more come within eight years.
 * @throws Error as `nextSlot` does.
 */
export function slotsAfter(timetable: Timetable, after: Date, count: number): Date[] {
  const slots: Date[] = [];
  let slot = nextSlot(timetable, after);
  while (slot !== null && slots.length < count) {
    slots.push(slot);
    slot = nextSlot(timetable, slot);
  }
  return slots;
}

/**
 * The slots after `from` up to and including `to`, oldest first; of more than `limit` only the
 * newest, so that a year of silence costs no more than a day.
 * @throws Error as `nextSlot` does.
 */
export function slotsBetween(timetable: Timetable, from: Date, to: Date, limit: number): Date[] {
  const cron = cronAround(timetable, to);
  const slots: Date[] = [];
  // croner answers with what lies before: one millisecond on, `to` itself is included.
  let before = new Date(to.getTime() + 1);
  while (slots.length < limit) {
    const [slot] = cron.previousRuns(1, before);
    if (slot === undefined || slot <= from) break;
    slots.push(slot);
    before = slot;
  }
  return slots.reverse();
}
