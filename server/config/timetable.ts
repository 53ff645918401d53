import { Cron, CronPattern } from 'croner';

/** When a schedule is due: a cron expression read in a time zone of the IANA database. */
export interface Timetable {
  readonly expression: string;
  readonly timezone: string;
}

/** What a person writes is far shorter; anything longer only costs time to parse. */
const MAX_LENGTH = 200;
/** The longest wait for a 29th of February. Unbounded, croner searches for 400 years and more. */
const HORIZON_YEARS = 8;

/**
 * Whether this is a cron expression that is due at some time within eight years: five fields, six
 * with seconds first, seven with years last, or a name such as `@daily`. `L`, `W` and `#` mean what
 * croner's manual says. A day of the month beside a day of the week means either of the two.
 */
export function isCronExpression(expression: string): boolean {
  try {
    const now = new Date();
    return cronAround({ expression, timezone: 'UTC' }, now).nextRun(now) !== null;
  } catch {
    return false;
  }
}

/** @throws Error that says in one sentence what is wrong. */
function parseExpression(expression: string): CronPattern {
  if (expression.length > MAX_LENGTH) {
    throw new Error(
      `A cron expression has at most ${MAX_LENGTH} characters; this one has ${expression.length}.`,
    );
  }
  try {
    return new CronPattern(expression);
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error)
      .replace(/^CronPattern: /, '')
      .replace(/\.?$/, '.');
    throw new Error(`"${expression}" is not a cron expression such as 0 * * * *: ${reason}`);
  }
}

/** Whether this names a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Reading an expression costs more than finding a slot; a timetable's latest reading is kept. */
const readings = new WeakMap<Timetable, { year: number; cron: Cron }>();

/**
 * Reads a timetable, bounded to the eight years before and after an instant.
 * @throws Error that says in one sentence what is wrong with it.
 */
export function cronAround(timetable: Timetable, instant: Date): Cron {
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
