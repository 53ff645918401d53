import type { ScheduleFacts } from './facts.ts';
import { type Found, situation } from './situation.ts';

/** A slot is looked at each second: later than this, nobody looks. */
const OVERDUE_MS = 120_000;

/** What is the matter with a schedule. */
export function scheduleSituations(each: ScheduleFacts, now: Date): Found[] {
  const { schedule: subject, heldUntil, hold, heldSince: since, overdue, lastSlot, next } = each;
  if (heldUntil !== null && heldUntil > now) {
    const about = { subject, since, by: hold?.by ?? null, note: hold?.why || null, next };
    return [situation('schedule-stopped', 'warning', about)];
  }
  if (overdue !== null && now.getTime() - overdue.getTime() > OVERDUE_MS) {
    return [situation('schedule-silent', 'down', { subject, since: overdue, next })];
  }
  if (lastSlot?.state === 'skipped' || lastSlot?.state === 'overlapped') {
    const about = { subject, since: lastSlot.slot, note: lastSlot.state, next };
    return [situation('slot-missed', 'notice', about)];
  }
  return [];
}
