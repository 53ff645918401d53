import type { JobLog } from '../consuming/jobLog.ts';
import { asItStands } from './asItStands.ts';
import { beginSlot, beginWaiting, completeOverdue, type Outcome } from './beginSlot.ts';
import type { ScheduleDefinition } from './defineSchedule.ts';
import { type Due, dueSlots } from './dueSlots.ts';
import { catchUp, sortDue } from './missedSlots.ts';
import { accountUntil } from './schedule.ts';
import { type Look, openClaims, recordSlot, recordsOf, waitingSlots } from './slotRecords.ts';
import { nextSlot } from './slots.ts';
import { type Counts, Tally } from './tally.ts';
import { freeTurn } from './turn.ts';

/** A claim that is older than this is completed by whoever sees it. */
const CLAIM_MS = 10_000;
/** How often a schedule is looked at between its slots. */
const IDLE_MS = 60_000;
/** How often, while a slot waits for its turn or the current one is open. */
const BUSY_MS = 2_000;
const BESIDE_AT_ONCE = 20;

export interface Looked extends Counts {
  /** Before then a further look finds nothing new, unless somebody holds or releases. */
  lookAgainAt: Date;
}

/**
 * Looks once at a schedule: begins what is due, records what was missed, completes what another
 * process left claimed. Any process may do so at any time: the record of a slot lets it begin once.
 * @throws the first failure, after everything else has been tried; a further look tries again.
 */
export async function lookAt(
  definition: ScheduleDefinition,
  look: Look & { log: JobLog },
): Promise<Looked> {
  const { now, log } = look;
  const { name } = definition;
  const { schedule, known, stop } = await asItStands(definition, now);
  const { accountedUntil, heldUntil, hold } = known;
  const due = dueSlots(schedule, accountedUntil, now);
  const records = await recordsOf(name, due.due);
  const tally = new Tally(usualTime(schedule, due, now));
  const letPass = async (pass: { note: string | null; until: Date | null }, why: string) => {
    for (const { slot } of due.due) {
      if (records.has(slot.getTime())) continue;
      const held = { schedule: name, slot, state: 'held', note: pass.note } as const;
      if ((await recordSlot(held, look)) === null) continue;
      tally.count('held');
      log.info(`The schedule is ${why}: this slot begins nothing`, {
        ...pass,
        schedule: name,
        slot,
      });
    }
  };

  if (stop !== null) {
    await letPass({ note: `${stop.by}: ${stop.why}`, until: stop.until }, 'stopped');
    // Unlike those of a hold they are not owed later.
    await account(name, due, now, tally);
    return { ...tally.counts, lookAgainAt: tally.lookAgainAt };
  }
  if (heldUntil !== null && heldUntil > now) {
    const note = hold === null ? null : `${hold.by}: ${hold.why}`;
    await letPass({ note, until: heldUntil }, 'held');
    return { ...tally.counts, lookAgainAt: tally.lookAgainAt };
  }

  const failures: unknown[] = [];
  const attempt = async (step: () => Promise<Outcome | undefined>) => {
    try {
      tally.count((await step()) ?? null);
    } catch (error) {
      failures.push(error);
    }
  };
  for (const claim of await openClaims(name)) {
    if (now.getTime() - (claim.claimedAt?.getTime() ?? 0) <= CLAIM_MS) continue;
    const { slot, claimedBy } = claim;
    log.warn('A slot was claimed and not begun: it is begun now', {
      schedule: name,
      slot,
      claimedBy,
    });
    await attempt(() => completeOverdue(schedule, claim));
  }
  const { prompt, missed } = sortDue(due.due, records, now);
  await attempt(async () => {
    await catchUp(schedule, missed, due, { look, tally });
    return undefined;
  });
  for (const { slot } of prompt) await attempt(() => beginSlot(schedule, slot, 'schedule', look));
  await attempt(() => beginBeside(schedule, look, tally));
  await attempt(() => giveTurn(schedule, look, tally));

  await account(name, due, now, tally);
  const { skipped, 'caught-up': caughtUp, waiting } = tally.counts;
  if (skipped + caughtUp > 0) {
    log.warn('Slots were missed', { schedule: name, skipped, caughtUp, waiting });
  }
  if (failures.length > 0) throw failures[0];
  return { ...tally.counts, lookAgainAt: tally.lookAgainAt };
}

/** Begins, a few at each look, the slots of a backfill that need not wait for one another. */
async function beginBeside(
  schedule: ScheduleDefinition,
  look: Look,
  tally: Tally,
): Promise<Outcome> {
  if ((await waitingSlots(schedule.name, { beside: true })) === 0) return null;
  for (let begun = 0; begun < BESIDE_AT_ONCE; begun += 1) {
    const outcome = await beginWaiting(schedule, look, { beside: true });
    if (outcome === null) return null;
    tally.count(outcome);
  }
  tally.lookBy(look.now.getTime() + BUSY_MS);
  return null;
}

/** Frees the turn of what has ended, and begins a slot that waits for it. */
async function giveTurn(schedule: ScheduleDefinition, look: Look, tally: Tally): Promise<Outcome> {
  const waiting = await waitingSlots(schedule.name, { beside: false });
  // A backfill's slots take turns whatever the schedule says of overlaps.
  if (schedule.overlap === 'allow' && waiting === 0) return null;
  const soon = look.now.getTime() + BUSY_MS;
  if ((await freeTurn(schedule)) !== null) {
    tally.lookBy(soon);
    return null;
  }
  const outcome = waiting === 0 ? null : await beginWaiting(schedule, look);
  if (outcome !== null) tally.lookBy(soon);
  return outcome;
}

/** Accounts for the slots before the first that is claimed, not recorded, or not yet to begin. */
async function account(
  name: string,
  { due, pending }: Due,
  now: Date,
  tally: Tally,
): Promise<void> {
  const claims = await openClaims(name);
  if (claims.length > 0) tally.lookBy(now.getTime() + CLAIM_MS);
  const records = await recordsOf(name, due);
  const unrecorded = due.filter(({ slot }) => !records.has(slot.getTime()));
  const open = [...claims, ...unrecorded, ...pending].map(({ slot }) => slot.getTime());
  const settled = due.filter(({ slot }) => slot.getTime() < Math.min(...open, Infinity));
  const last = settled.at(-1);
  if (last !== undefined) await accountUntil(name, last.slot);
}

/** When a look is worth while, if nothing is open: at the next slot, and now and then. */
function usualTime(schedule: ScheduleDefinition, { pending }: Due, now: Date): Date {
  const next = nextSlot(schedule, now)?.getTime() ?? Infinity;
  const idle = now.getTime() + IDLE_MS;
  return new Date(Math.min(next, idle, ...pending.map(({ dueAt }) => dueAt.getTime())));
}
