import type { Timetable } from '../../../config/timetable.ts';
import { nextSlot } from './slots.ts';

/**
 * What happens to a slot that falls due while what an earlier one began is still open: `skip` lets
 * it pass, `queue` keeps one slot waiting, `allow` begins it all the same. Open means that not all
 * of its first-time jobs have ended.
 */
export type Overlap = 'skip' | 'queue' | 'allow';

/**
 * What happens to slots that passed while nothing looked: `skip` begins none of them, `latest` the
 * newest if no later one has come, `allWithinMs` those of so long a time, the oldest first and one
 * after another, whatever `overlap` says.
 */
export type CatchUp = 'skip' | 'latest' | { readonly allWithinMs: number };

/** A slot that is to begin. */
export interface SlotToBegin {
  readonly schedule: string;
  readonly slot: Date;
  /** The last slot before it that began something; null for the first. */
  readonly since: Date | null;
  readonly trigger: 'schedule' | 'catch-up';
}

/** The run, or the one job, that a slot began. */
export type BegunWork = { readonly runId: string } | { readonly jobId: string };

/** What a slot began; `empty` when there was nothing to do. */
export type Begun = BegunWork | { readonly empty: true };

/** What a schedule begins at its slots. */
export interface SlotTarget {
  /**
   * Rejects while nothing may begin, such as without Redis. The slot is then looked for again, and
   * one that grows too old is missed.
   */
  ready?(): Promise<void>;
  /**
   * Begins the slot under an id that follows from schedule and slot alone. Called again for the
   * same slot, also by another process and after a crash, it answers with the same id and begins
   * nothing more.
   */
  begin(slot: SlotToBegin): Promise<Begun>;
  /**
   * Begins now what a slot of this instant would begin, beside all slots: each call begins anew.
   * Absent where only slots may begin anything.
   */
  beginNow?(slot: SlotToBegin): Promise<BegunWork>;
  /** Whether first-time jobs of it have yet to end. */
  isOpen(begun: BegunWork): Promise<boolean>;
}

/** One schedule, as `defineSchedule` has checked it. */
export interface ScheduleDefinition extends Timetable {
  readonly name: string;
  readonly overlap: Overlap;
  readonly catchUp: CatchUp;
  /** Each slot begins later by a time of its own, below this; 0 for at once. In milliseconds. */
  readonly jitterMs: number;
  readonly begins: SlotTarget;
}

const MAX_JITTER_MS = 3_600_000;
const MAX_WINDOW_MS = 30 * 86_400_000;

/**
 * Declares a schedule.
 * @throws Error that names the schedule and says what is wrong with it.
 */
export function defineSchedule(
  schedule: Omit<ScheduleDefinition, 'jitterMs'> & { readonly jitterMs?: number },
): ScheduleDefinition {
  const defined = { jitterMs: 0, ...schedule };
  const problem = problemOf(defined);
  if (problem !== null) throw new Error(`The schedule "${schedule.name}" is no use. ${problem}`);
  return defined;
}

function problemOf({ name, catchUp, jitterMs, expression, timezone }: ScheduleDefinition) {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    return 'Its name has lower-case letters, digits and hyphens, at most 63, and begins with a letter.';
  }
  if (!within(jitterMs, 0, MAX_JITTER_MS)) return `jitterMs is from 0 to ${MAX_JITTER_MS}.`;
  if (typeof catchUp === 'object' && !within(catchUp.allWithinMs, 1, MAX_WINDOW_MS)) {
    return `allWithinMs is from 1 to ${MAX_WINDOW_MS}.`;
  }
  try {
    const next = nextSlot({ expression, timezone }, new Date());
    return next === null ? `"${expression}" is not due within eight years.` : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function within(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
