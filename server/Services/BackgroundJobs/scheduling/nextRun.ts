import { DateTime } from 'luxon';
import { backgroundJobsConfig, backgroundMode } from '../../../config/config.ts';
import type { Env } from '../../../config/env.ts';
import { nextSlot } from './slots.ts';

/**
 * When the next scheduled run is due, as a person reads it: the instant in the schedule's own zone,
 * and the expression it comes from. Null when schedules are switched off.
 */
export function describeNextRun(env: Env, now = new Date()): string | null {
  if (backgroundMode(backgroundJobsConfig(env)) === 'off') return null;
  const { USER_DATA_SCHEDULE: expression, TIMEZONE: zone } = env;
  const due = nextSlot({ expression, timezone: zone }, now);
  if (due === null) return null;
  const local = DateTime.fromJSDate(due, { zone }).toISO({ suppressMilliseconds: true });
  return `${local} (${expression}, ${zone})`;
}
