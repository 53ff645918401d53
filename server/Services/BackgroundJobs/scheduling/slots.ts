import { Cron, type CronPattern } from 'croner';
import { isTimeZone, parseExpression, type Timetable } from '../../../config/timetable.ts';

/** The longest wait for a 29th of February. Unbounded, croner searches for 400 years and more. */
const HORIZON_YEARS = 8;

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

/** Reading an expression costs more than finding a slot; a timetable's latest reading is kept. */
const readings = new WeakMap<Timetable, { year: number; cron: Cron }>();

/** The timetable bounded to the years around an instant. */
function cronAround(timetable: Timetable, instant: Date): Cron {
  const year = instant.getUTCFullYear();
  const kept = readings.get(timetable);
  if (kept?.year === year) return kept.cron;

  const { expression, timezone } = timetable;
  if (!isTimeZone(timezone)) {
    throw new Error(
      `"${timezone}" is not a time zone of the IANA database, such as UTC or Europe/Berlin.`,
    );
  }
  const pattern = parseExpression(expression);
  const cron = new Cron(`${sixFields(pattern)} ${yearsAround(year, pattern)}`, {
    timezone,
    mode: '7-part',
    fixedTimeRule: pattern.hour.every(Boolean) ? 'single-value' : 'no-wildcard',
  });
  readings.set(timetable, { year, cron });
  return cron;
}

/** The fields from seconds to the day of the week; a name such as `@daily` is spelt out. */
function sixFields({ pattern }: CronPattern): string {
  const fields = pattern.match(/\S+/g) ?? [];
  return (fields.length === 5 ? ['0', ...fields] : fields.slice(0, 6)).join(' ');
}

/** Those of the pattern's years that are near; if there are none, one that is out of reach. */
function yearsAround(year: number, pattern: CronPattern): string {
  const first = year - HORIZON_YEARS;
  const near = Array.from({ length: 2 * HORIZON_YEARS + 1 }, (_, n) => first + n);
  return near.filter((each) => pattern.year[each] === 1).join(',') || '1';
}
