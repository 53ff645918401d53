import { CronPattern } from 'croner';

/** When a schedule is due: a cron expression read in a time zone of the IANA database. */
export interface Timetable {
  readonly expression: string;
  readonly timezone: string;
}

/** What a person writes is far shorter; anything longer only costs time to parse. */
const MAX_LENGTH = 200;

/**
 * Reads a cron expression: five fields, six with seconds first, seven with years last, or a name
 * such as `@daily`. `L`, `W` and `#` mean what croner's manual says. A day of the month beside a
 * day of the week means either of the two.
 * @throws Error that says in one sentence what is wrong.
 */
export function parseExpression(expression: string): CronPattern {
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
